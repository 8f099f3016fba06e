#include "etalon/report/report_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <regex>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "etalon/base/digest.h"
#include "etalon/base/error.h"
#include "etalon/base/text.h"
#include "etalon/report/plots.h"

namespace etalon::report {
namespace fs = std::filesystem;
namespace {

const std::string manifest_opening =
    "# What this report of Etalon wrote; the next one replaces these files and no others.\n";
const std::string page_opening = "# Choosing the learning rate (`eta`): ";
const std::string draft_opening = ".etalon-report-";

/// The names that reports write: nothing else is taken for theirs, whatever a list says.
bool is_report_name(const std::string& name) {
  if (name.starts_with("assets/"))
    return is_plot_file(name.substr(7)) && name.find('/', 7) == std::string::npos;
  return std::find(report_files.begin(), report_files.end(), name) != report_files.end();
}

bool is_plain_file(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() == fs::file_type::regular;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

std::string digest_of_file(const fs::path& path) { return digest_of(read_text(path)); }

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw Failure({path.string(), reason, "a report put in its place",
                 "see that the disk has room; the folder is as it was"});
}

/// Moves made one after the other; unless kept, they are taken back in turn.
class Moves {
 public:
  explicit Moves(fs::path aside) : aside_(std::move(aside)) {}
  Moves(const Moves&) = delete;
  Moves& operator=(const Moves&) = delete;
  ~Moves() {
    if (kept_) return;
    std::error_code ignored;
    for (auto move = made_.rbegin(); move != made_.rend(); ++move)
      if (move->aside.empty())
        fs::remove(move->target, ignored);
      else
        fs::rename(move->aside, move->target, ignored);
  }

  /// `file` takes the place of `target`, in one step where the file system knows hard links.
  void replace(const fs::path& file, const fs::path& target) {
    put_aside(target, false);
    std::error_code error;
    fs::rename(file, target, error);
    if (error) fail(target, error.message());
  }
  void remove(const fs::path& target) { put_aside(target, true); }
  void keep() { kept_ = true; }

 private:
  struct Move {
    fs::path target, aside;
  };

  void put_aside(const fs::path& target, bool away) {
    Move move{target, {}};
    std::error_code error;
    if (is_there(target)) {
      move.aside = aside_ / std::to_string(made_.size());
      if (!away) fs::create_hard_link(target, move.aside, error);
      if (away || error) fs::rename(target, move.aside, error);
      if (error) fail(target, error.message());
    }
    made_.push_back(std::move(move));
  }

  const fs::path aside_;
  std::vector<Move> made_;
  bool kept_ = false;
};

}  // namespace

EarlierReport::EarlierReport(fs::path folder) : folder_(std::move(folder)) {
  if (is_plain_file(folder_ / manifest_name))
    read_manifest(read_text(folder_ / manifest_name));
  else if (is_plain_file(folder_ / "report.md"))
    read_page(read_text(folder_ / "report.md"));
}

void EarlierReport::read_manifest(const std::string& text) {
  if (!text.starts_with(manifest_opening)) return;
  constexpr std::size_t digits = 64;
  for (const std::string& line : split_text(text, '\n'))
    if (line.size() > digits + 2 && line.substr(digits, 2) == "  " && is_report_name(line.substr(digits + 2)))
      written_[line.substr(digits + 2)].insert(line.substr(0, digits));
  written_[manifest_name];
}

void EarlierReport::read_page(const std::string& text) {
  if (!text.starts_with(page_opening)) return;
  written_["report.md"];
  static const std::regex link(R"(\]\(([A-Za-z0-9._/-]+)\))");
  for (std::sregex_iterator found(text.begin(), text.end(), link), end; found != end; ++found)
    if (is_report_name((*found)[1])) written_[(*found)[1]];
}

Owner EarlierReport::owner_of(const std::string& name) const {
  const fs::path path = folder_ / name;
  if (!is_there(path)) return Owner::nobody;
  const auto known = written_.find(name);
  if (known == written_.end() || !is_plain_file(path)) return Owner::other;
  if (known->second.empty() || known->second.contains(digest_of_file(path))) return Owner::etalon;
  return Owner::changed;
}

void EarlierReport::require_own(const std::vector<std::string>& names, const std::string& place) const {
  const auto refuse = [&](const std::string& name, const char* fault) {
    throw RequestError({place, (folder_ / name).string() + fault,
                        "a folder whose files of these names an earlier report wrote, or none of them",
                        "choose another folder for the report, or move that file away"});
  };
  std::error_code ignored;
  if (is_there(folder_ / "assets") && !fs::is_directory(folder_ / "assets", ignored))
    refuse("assets", ", which is no folder");
  for (const std::string& name : names) {
    const Owner owner = owner_of(name);
    if (owner == Owner::other) refuse(name, ", which no report of Etalon wrote");
    if (owner == Owner::changed) refuse(name, ", which was changed since a report of Etalon wrote it");
  }
}

std::vector<std::string> EarlierReport::in_the_way_of(const std::string& set) const {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_ / "assets", ignored)) {
    const std::string name = "assets/" + entry.path().filename().string();
    if (is_plot_file_of(name.substr(7), set) && owner_of(name) != Owner::etalon) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

ReportDraft::ReportDraft(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  made_folder_ = fs::create_directories(folder_, error);
  if (error)
    throw RequestError({folder_.string(), error.message(), "a folder that can be made",
                        "choose another folder, or change its permissions"});
  // Where the file system knows no locks, two reports at once are a user's own risk.
  lock_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (lock_ >= 0 && ::flock(lock_, LOCK_EX) != 0 && errno == EINTR) {
  }
  remove_abandoned_drafts();
  std::string name = (folder_ / (draft_opening + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    const std::string reason = std::strerror(errno);
    if (lock_ >= 0) ::close(lock_);
    if (made_folder_) fs::remove(folder_, error);
    throw Failure(
        {folder_.string(), reason, "a folder that can be written to", "see that the disk has room"});
  }
  draft_ = name;
}

ReportDraft::~ReportDraft() {
  std::error_code ignored;
  fs::remove_all(draft_, ignored);
  if (made_folder_ && !published_) fs::remove(folder_, ignored);  // where nothing is in it
  if (lock_ >= 0) ::close(lock_);
}

/// Of processes that were killed: while the lock is held, nobody else has one.
void ReportDraft::remove_abandoned_drafts() const {
  std::error_code ignored;
  std::vector<fs::path> abandoned;
  for (const auto& entry : fs::directory_iterator(folder_, ignored))
    if (entry.path().filename().string().starts_with(draft_opening) && entry.is_directory(ignored))
      abandoned.push_back(entry.path());
  for (const fs::path& path : abandoned) fs::remove_all(path, ignored);
}

void ReportDraft::add(const std::string& name, std::string_view text) {
  try {
    write_atomically(draft_ / "new" / name, text);
  } catch (const Error& error) {
    const Complaint& complaint = error.complaint();
    throw Failure({(folder_ / name).string(), complaint.received, complaint.expected,
                   "see that the disk has room; an earlier report is as it was"});
  }
  digests_[name] = digest_of(text);
}

void ReportDraft::add(const std::string& name, const Bytes& bytes) {
  add(name, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

/// With `earlier`, of its files as well: true at every moment in which one replaces the other.
std::string ReportDraft::manifest(const EarlierReport* earlier) const {
  std::string text = manifest_opening;
  for (const auto& [name, digest] : digests_) text += digest + "  " + name + "\n";
  if (!earlier) return text;
  for (const auto& [name, known] : earlier->written()) {
    if (name == manifest_name || earlier->owner_of(name) != Owner::etalon) continue;
    text += digest_of_file(folder_ / name) + "  " + name + "\n";
  }
  return text;
}

void ReportDraft::publish(const std::string& place) {
  const EarlierReport earlier(folder_);
  std::vector<std::string> names{manifest_name};
  for (const auto& [name, digest] : digests_) names.push_back(name);
  earlier.require_own(names, place);
  const std::string during = manifest(&earlier), after = manifest(nullptr);
  add("during", during), add(manifest_name, after);
  const auto in_assets = [](const std::string& name) { return name.starts_with("assets/"); };
  const bool has_assets = std::any_of(names.begin(), names.end(), in_assets);
  std::error_code error;
  fs::create_directory(draft_ / "aside", error);
  const bool made_assets = !error && has_assets && fs::create_directories(folder_ / "assets", error);
  if (error) fail(folder_ / "assets", error.message());
  try {
    Moves moves(draft_ / "aside");
    const fs::path added = draft_ / "new";
    moves.replace(added / "during", folder_ / manifest_name);
    for (std::size_t i = 1; i < names.size(); ++i) moves.replace(added / names[i], folder_ / names[i]);
    for (const auto& [name, known] : earlier.written())
      if (name != manifest_name && !digests_.contains(name) && earlier.owner_of(name) == Owner::etalon)
        moves.remove(folder_ / name);
    moves.replace(added / manifest_name, folder_ / manifest_name);
    moves.keep();
  } catch (...) {
    if (made_assets) fs::remove(folder_ / "assets", error);
    throw;
  }
  published_ = true;
  const bool had_assets = std::any_of(earlier.written().begin(), earlier.written().end(),
                                      [&](const auto& file) { return in_assets(file.first); });
  if (had_assets && !has_assets) fs::remove(folder_ / "assets", error);  // where nobody else has files in it
}

}  // namespace etalon::report
