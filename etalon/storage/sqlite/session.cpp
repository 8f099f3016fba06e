#include "etalon/storage/sqlite/session.h"

#include <cctype>
#include <limits>

#include <sqlite3.h>

namespace etalon {
namespace {

constexpr std::size_t most_ready = 100, longest_ready = 2000;

/// To SQLite "$2" is a name, whose number depends on where it stands first; "?2" is parameter 2.
std::string numbered(std::string statement) {
  for (std::size_t i = 0; i + 1 < statement.size(); ++i)
    if (statement[i] == '$' && std::isdigit(static_cast<unsigned char>(statement[i + 1])) != 0)
      statement[i] = '?';
  return statement;
}

/// SQLite takes a null pointer for NULL, and keeps lengths in an int.
void bind_bytes(SQLite::Statement& statement, int place, const Bytes& bytes) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw SQLite::Exception("string or blob too big", SQLITE_TOOBIG);
  statement.bindNoCopy(place, bytes.empty() ? static_cast<const void*>("") : bytes.data(),
                       static_cast<int>(bytes.size()));
}

/// The values have to outlive the statement's run.
void bind(SQLite::Statement& statement, int place, const SqlValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value))
    statement.bind(place, *whole);
  else if (const auto* real = std::get_if<double>(&value))
    statement.bind(place, *real);
  else if (const auto* text = std::get_if<std::string>(&value))
    statement.bindNoCopy(place, *text);
  else if (const auto* bytes = std::get_if<Bytes>(&value))
    bind_bytes(statement, place, *bytes);
  else
    statement.bind(place);
}

SqlValue value_of(const SQLite::Column& column) {
  switch (column.getType()) {
    case SQLITE_INTEGER:
      return column.getInt64();
    case SQLITE_FLOAT:
      return column.getDouble();
    case SQLITE_TEXT:
      return column.getString();
    case SQLITE_BLOB: {
      const auto* first = static_cast<const std::uint8_t*>(column.getBlob());
      return Bytes(first, first + column.getBytes());
    }
    default:
      return {};
  }
}

/// Leaves a statement fit to be used again, whatever happened to it.
class Run {
 public:
  Run(SQLite::Statement& statement, const std::vector<SqlValue>& values) : statement_(statement) {
    for (std::size_t i = 0; i < values.size(); ++i) bind(statement, static_cast<int>(i) + 1, values[i]);
  }
  ~Run() {
    statement_.tryReset();
    statement_.clearBindings();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

 private:
  SQLite::Statement& statement_;
};

}  // namespace

template <class Act>
auto SqliteSession::with_statement(const std::string& text, const std::vector<SqlValue>& values,
                                   const Act& act) {
  if (text.size() > longest_ready) {
    SQLite::Statement statement(database_, numbered(text));
    const Run guard(statement, values);
    return act(statement);
  }
  auto found = ready_.find(text);
  if (found == ready_.end()) {
    if (ready_.size() == most_ready) ready_.clear();
    found = ready_.emplace(text, SQLite::Statement(database_, numbered(text))).first;
  }
  const Run guard(found->second, values);
  return act(found->second);
}

std::vector<SqlRow> SqliteSession::query(const std::string& statement, const std::vector<SqlValue>& values) {
  return with_statement(statement, values, [](SQLite::Statement& ready) {
    std::vector<SqlRow> rows;
    while (ready.executeStep()) {
      SqlRow& row = rows.emplace_back();
      const int columns = ready.getColumnCount();
      row.reserve(static_cast<std::size_t>(columns));
      for (int i = 0; i < columns; ++i) row.push_back(value_of(ready.getColumn(i)));
    }
    return rows;
  });
}

std::uint64_t SqliteSession::run(const std::string& statement, const std::vector<SqlValue>& values) {
  return with_statement(statement, values,
                        [](SQLite::Statement& ready) { return static_cast<std::uint64_t>(ready.exec()); });
}

}  // namespace etalon
