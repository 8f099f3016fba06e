/// The folder of a report: what in it an earlier report wrote, and how all of that is replaced at once.
///
/// A report keeps a list of its files with their digests, `manifest_name`, in the form of sha256sum. Only
/// what stands there, and is as it was written, is ever replaced or removed. A report from before such lists
/// is known by the first line of its page, and owns what that page links to.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "etalon/base/files.h"

namespace etalon::report {

inline const std::string manifest_name = "etalon-report.sha256";

/// What a report writes besides its plots, which stand in assets/.
inline constexpr std::array report_files{"report.md",  "trials.csv",          "curves.csv",
                                         "epochs.csv", "recommendation.json", "parameter_groups.py"};

enum class Owner {
  nobody,   ///< there is no such file
  etalon,   ///< as an earlier report wrote it
  changed,  ///< written by an earlier report, and changed since
  other     ///< no report wrote it, or it is no plain file
};

/// What an earlier report left in a folder; read once.
class EarlierReport {
 public:
  explicit EarlierReport(std::filesystem::path folder);

  /// `name` is a path below the folder: "assets/map-shapes.svg".
  Owner owner_of(const std::string& name) const;
  /// Throws RequestError, with `place` as what the user wrote, unless a report may write all of `names`.
  void require_own(const std::vector<std::string>& names, const std::string& place) const;

  /// Files in assets/ that are not Etalon's and may be in the way of plots of data set `set`.
  std::vector<std::string> in_the_way_of(const std::string& set) const;

  /// Name to digests that the file may have; with none of them, any.
  const std::map<std::string, std::set<std::string>>& written() const { return written_; }

 private:
  void read_manifest(const std::string& text);
  void read_page(const std::string& text);

  std::filesystem::path folder_;
  std::map<std::string, std::set<std::string>> written_;
};

/// Files of a new report, written aside in the folder until publish() puts all of them in place: a failure at
/// any time before its end leaves the earlier report as it was. One at a time works on a folder; another one
/// waits.
class ReportDraft {
 public:
  /// Makes the folder where it is missing. Throws RequestError or Failure if it cannot be written to.
  explicit ReportDraft(std::filesystem::path folder);
  ~ReportDraft();
  ReportDraft(const ReportDraft&) = delete;
  ReportDraft& operator=(const ReportDraft&) = delete;

  /// Throws Failure if it cannot be written to its end.
  void add(const std::string& name, std::string_view text);
  void add(const std::string& name, const Bytes& bytes);

  /// Replaces what the earlier report wrote, removes what this one does not write, adds the list of files.
  /// Throws RequestError if a file that is not Etalon's is in the way, `place` as in require_own, and Failure
  /// if a file cannot be put in place; nothing has changed then.
  void publish(const std::string& place);

 private:
  std::string manifest(const EarlierReport* earlier) const;
  void remove_abandoned_drafts() const;

  std::filesystem::path folder_, draft_;
  bool made_folder_ = false, published_ = false;
  int lock_ = -1;
  std::map<std::string, std::string> digests_;  ///< by name, of what was added
};

}  // namespace etalon::report
