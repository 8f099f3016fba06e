/// Whole studies out of the tables and into them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "etalon/storage/sql/sql.h"
#include "etalon/storage/study_store.h"

namespace etalon {

void send_study(SqlSession& session, std::int64_t study, StudyReceiver& receiver);

/// Writes what it receives.
class SqlReceiver final : public StudyReceiver {
 public:
  SqlReceiver(SqlSession& session, std::int64_t now_unix_millis)
      : session_(session), now_unix_millis_(now_unix_millis) {}

  /// Throws RequestError if there is a study of that name. Begins anew when it is called again.
  void head(const StudyHead& head) override;
  void finished(const TrialRecord& trial, const std::optional<std::vector<float>>& weights,
                const Bytes& state) override;
  void waiting(const WaitingTrial& trial) override;

  const std::string& name() const { return name_; }

 private:
  SqlSession& session_;
  std::int64_t now_unix_millis_;
  std::string name_;
  std::optional<std::int64_t> study_;
  std::uint32_t finished_ = 0;
};

}  // namespace etalon
