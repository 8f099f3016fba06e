#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <webp/decode.h>

#include "etalon/base/digest.h"
#include "etalon/base/error.h"
#include "etalon/base/files.h"
#include "etalon/judging/judge.h"
#include "etalon/report/report.h"
#include "tests/report/fake_study.h"

namespace etalon {
namespace {

namespace fs = std::filesystem;

/// A folder of its own for each test.
class WriteReport : public ::testing::Test {
 protected:
  WriteReport()
      : folder_(fs::path(::testing::TempDir()) /
                ("etalon-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()))) {
    fs::remove_all(folder_);
  }
  ~WriteReport() override { fs::remove_all(folder_); }

  static StudySnapshot small_study() {
    testing::FakeOptions options;
    options.sets = {"shapes"};
    options.etas = {0.01, 1.0};
    options.seeds = 2;
    options.steps_per_epoch = 30;
    return testing::fake_study(options);
  }

  void write(const StudySnapshot& study) const {
    write_report(study, testing::fake_judgement(study), {folder_, "report DIR", {}});
  }

  std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> files;
    if (!fs::exists(folder_)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_))
      if (entry.is_regular_file()) files[fs::relative(entry.path(), folder_)] = read_text(entry.path());
    return files;
  }

  fs::path folder_;
};

/// Sets an environment variable for one scope.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name), before_(std::getenv(name)) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() { ::setenv(name_, before_.c_str(), 1); }

 private:
  const char* name_;
  std::string before_;
};

/// Start tags and end tags match, and no '&' or '<' stands alone.
bool well_formed(const std::string& xml) {
  static const std::regex token(
      R"(<!--[\s\S]*?-->|<\?[^>]*\?>|<!\[CDATA\[[\s\S]*?\]\]>|<(/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(/?)>)");
  std::vector<std::string> open;
  std::size_t last = 0;
  const auto plain = [&](std::size_t from, std::size_t to) {
    const std::string text = xml.substr(from, to - from);
    static const std::regex entity("&(?!(amp|lt|gt|quot|apos|#\\d+|#x[0-9a-fA-F]+);)");
    return text.find('<') == std::string::npos && !std::regex_search(text, entity);
  };
  for (std::sregex_iterator found(xml.begin(), xml.end(), token), end; found != end; ++found) {
    if (!plain(last, static_cast<std::size_t>(found->position()))) return false;
    last = static_cast<std::size_t>(found->position() + found->length());
    if (!(*found)[2].matched) continue;
    if ((*found)[1].length() > 0) {
      if (open.empty() || open.back() != (*found)[2]) return false;
      open.pop_back();
    } else if ((*found)[4].length() == 0) {
      open.push_back((*found)[2]);
    }
  }
  return open.empty() && last > 0 && plain(last, xml.size());
}

TEST_F(WriteReport, every_file_is_there_and_every_link_leads_to_one) {
  std::uint32_t done = 0, all = 0;
  const StudySnapshot study = small_study();
  write_report(study, testing::fake_judgement(study),
               {folder_, "report DIR", [&](std::uint32_t d, std::uint32_t a) { done = d, all = a; }});
  const auto files = contents();
  for (const char* name :
       {"report.md", "trials.csv", "curves.csv", "epochs.csv", "recommendation.json", "parameter_groups.py",
        "assets/map-shapes.webp", "assets/loss-shapes-conv-0.01-full-1.svg"})
    EXPECT_TRUE(files.contains(name)) << name;
  EXPECT_EQ(done, all);
  EXPECT_EQ(all, 8u) << "a map, a strip of seeds, an overlay, a trade-off and four settings";
  EXPECT_EQ(files.size(), 7 + 2 * all) << "and nothing unfinished";
  const std::string page = files.at("report.md");
  static const std::regex link(R"(\]\(([^)]+)\))");
  std::set<std::string> linked;
  for (std::sregex_iterator found(page.begin(), page.end(), link), end; found != end; ++found) {
    EXPECT_TRUE(files.contains((*found)[1])) << (*found)[1];
    linked.insert((*found)[1]);
  }
  EXPECT_EQ(linked.size(), 6 + 2 * all) << "every file is linked but the page itself";
}

TEST_F(WriteReport, plots_decode_at_twice_their_size_and_are_well_formed) {
  StudySnapshot study = small_study();
  study.sets[0].name = study.definition.sets[0].name = "a<b> & \"c\"";
  write(study);
  int plots = 0;
  for (const auto& [name, bytes] : contents()) {
    if (name.ends_with(".svg")) {
      ++plots;
      EXPECT_TRUE(well_formed(bytes)) << name;
      EXPECT_NE(bytes.find("width=\"720\""), std::string::npos);
      EXPECT_EQ(bytes.find("GNUPLOT"), std::string::npos) << "no version in the file";
    }
    if (!name.ends_with(".webp")) continue;
    int width = 0, height = 0;
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    ASSERT_TRUE(WebPGetInfo(data, bytes.size(), &width, &height)) << name;
    EXPECT_EQ(width, 1440);
    EXPECT_GE(height, 400);
    std::uint8_t* pixels = WebPDecodeRGB(data, bytes.size(), &width, &height);
    ASSERT_NE(pixels, nullptr) << name;
    WebPFree(pixels);
    EXPECT_LT(bytes.size(), 200'000u) << name;
  }
  EXPECT_EQ(plots, 8);
}

TEST_F(WriteReport, the_same_study_gives_the_same_bytes) {
  write(small_study());
  const auto first = contents();
  fs::remove_all(folder_);
  write(small_study());
  const auto second = contents();
  ASSERT_EQ(first.size(), second.size());
  for (const auto& [name, bytes] : first) EXPECT_TRUE(bytes == second.at(name)) << name;
}

TEST_F(WriteReport, only_an_earlier_reports_files_are_removed) {
  StudySnapshot more = small_study();
  more.sets[0].name = more.definition.sets[0].name = "gone";
  write(more);
  write_atomically(folder_ / "assets/loss-gone-and-mine.webp", std::string_view("mine"));
  write_atomically(folder_ / "assets/photo.webp", std::string_view("mine"));
  write_atomically(folder_ / "notes.md", std::string_view("mine"));
  ASSERT_TRUE(fs::exists(folder_ / "assets/map-gone.svg"));
  write(small_study());
  EXPECT_FALSE(fs::exists(folder_ / "assets/map-gone.svg"));
  EXPECT_TRUE(fs::exists(folder_ / "assets/map-shapes.svg"));
  for (const char* name : {"assets/loss-gone-and-mine.webp", "assets/photo.webp", "notes.md"})
    EXPECT_EQ(read_text(folder_ / name), "mine") << name;
}

TEST_F(WriteReport, a_file_of_others_is_never_replaced) {
  for (const char* name : {"report.md", "trials.csv", "parameter_groups.py", "etalon-report.sha256",
                           "assets/map-shapes.svg", "assets/seeds-shapes.webp"}) {
    fs::remove_all(folder_);
    write_atomically(folder_ / name, std::string_view("mine"));
    const auto before = contents();
    try {
      write(small_study());
      ADD_FAILURE() << name << " was not refused";
    } catch (const RequestError& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr(name));
      EXPECT_THAT(error.complaint().hint, ::testing::HasSubstr("another folder"));
    }
    EXPECT_EQ(contents(), before) << name;
  }
}

TEST_F(WriteReport, what_a_person_changed_in_a_report_is_not_lost) {
  write(small_study());
  write_atomically(folder_ / "report.md", read_text(folder_ / "report.md") + "my notes\n");
  const auto before = contents();
  EXPECT_THROW(write(small_study()), RequestError);
  EXPECT_EQ(contents(), before);
}

TEST_F(WriteReport, a_report_from_before_lists_of_files_is_replaced) {
  StudySnapshot more = small_study();
  more.sets[0].name = more.definition.sets[0].name = "gone";
  write(more);
  fs::remove(folder_ / "etalon-report.sha256");
  write(small_study());
  EXPECT_FALSE(fs::exists(folder_ / "assets/map-gone.svg"));
  EXPECT_TRUE(fs::exists(folder_ / "etalon-report.sha256"));
}

TEST_F(WriteReport, a_list_that_names_other_files_gives_no_right_to_them) {
  write(small_study());
  write_atomically(folder_ / "notes.md", std::string_view("mine"));
  write_atomically(folder_.string() + "-beside", std::string_view("mine"));
  std::string list = read_text(folder_ / "etalon-report.sha256");
  const std::string beside = "../" + folder_.filename().string() + "-beside";
  for (const std::string& name : {std::string("notes.md"), beside, "assets/../" + beside})
    list += digest_of("mine") + "  " + name + "\n";
  write_atomically(folder_ / "etalon-report.sha256", list);
  write(small_study());
  EXPECT_EQ(read_text(folder_ / "notes.md"), "mine");
  EXPECT_EQ(read_text(folder_.string() + "-beside"), "mine");
  fs::remove(folder_.string() + "-beside");
}

TEST_F(WriteReport, a_folder_or_a_link_in_the_way_is_not_a_reports_file) {
  write(small_study());
  fs::remove(folder_ / "trials.csv");
  fs::create_directory(folder_ / "trials.csv");
  EXPECT_THROW(write(small_study()), RequestError);
  fs::remove(folder_ / "trials.csv");
  fs::create_symlink(folder_ / "epochs.csv", folder_ / "trials.csv");
  EXPECT_THROW(write(small_study()), RequestError);
}

TEST_F(WriteReport, without_gnuplot_all_but_the_plots_is_written) {
  const Environment nowhere("PATH", "/nonexistent");
  EXPECT_TRUE(drawing_trouble());
  const StudySnapshot study = small_study();
  const auto trouble = write_report(study, testing::fake_judgement(study), {folder_, "", {}});
  ASSERT_TRUE(trouble);
  EXPECT_THAT(trouble->hint, ::testing::HasSubstr("gnuplot-nox"));
  const auto files = contents();
  EXPECT_EQ(files.size(), 7u);
  EXPECT_TRUE(files.contains("recommendation.json") && files.contains("trials.csv"));
  EXPECT_THAT(files.at("report.md"), ::testing::AllOf(::testing::HasSubstr("This report has no plots"),
                                                      ::testing::HasSubstr("gnuplot-nox"),
                                                      ::testing::HasSubstr("etalon report` of the study"),
                                                      ::testing::Not(::testing::HasSubstr("assets/"))));
}

TEST_F(WriteReport, plots_come_back_with_gnuplot) {
  {
    const Environment nowhere("PATH", "/nonexistent");
    write(small_study());
  }
  EXPECT_FALSE(drawing_trouble());
  write(small_study());
  EXPECT_TRUE(fs::exists(folder_ / "assets/map-shapes.svg"));
  EXPECT_THAT(read_text(folder_ / "report.md"), ::testing::Not(::testing::HasSubstr("no plots")));
}

TEST_F(WriteReport, gnuplots_own_words_are_passed_on) {
  const fs::path bin = folder_ / "bin";
  write_atomically(bin / "gnuplot", std::string_view("#!/bin/sh\necho 'unknown terminal type'\nexit 3\n"));
  fs::permissions(bin / "gnuplot", fs::perms::owner_all);
  const Environment path("PATH", bin.string() + ":" + std::getenv("PATH"));
  const StudySnapshot study = small_study();
  for (const auto& trouble :
       {drawing_trouble(), write_report(study, testing::fake_judgement(study), {folder_, "", {}})}) {
    ASSERT_TRUE(trouble);
    EXPECT_THAT(trouble->received, ::testing::HasSubstr("exit status 3: unknown terminal type"));
  }
  EXPECT_THAT(read_text(folder_ / "report.md"), ::testing::HasSubstr("unknown terminal type"));
}

TEST_F(WriteReport, an_observer_may_end_it_where_the_plotting_program_fails) {
  const Environment nowhere("PATH", "/nonexistent");
  struct Left {};
  const StudySnapshot study = small_study();
  EXPECT_THROW(write_report(study, testing::fake_judgement(study),
                            {folder_, "", [](std::uint32_t, std::uint32_t) { throw Left(); }}),
               Left);
  EXPECT_TRUE(contents().empty());
}

TEST_F(WriteReport, is_refused_beforehand_where_a_file_of_others_is_in_the_way) {
  write_atomically(folder_ / "assets/map-europe.svg", std::string_view("mine"));
  EXPECT_NO_THROW(require_report_folder(folder_, "report DIR", {"shapes"}));
  write_atomically(folder_ / "assets/loss-shapes-conv-1-full-1.webp", std::string_view("mine"));
  EXPECT_NO_THROW(require_report_folder(folder_, "report DIR", {"digits", "shap"}));
  EXPECT_THROW(require_report_folder(folder_, "report DIR", {"digits", "shapes"}), RequestError);
  fs::remove_all(folder_ / "assets");
  write_atomically(folder_ / "assets", std::string_view("mine"));
  EXPECT_THROW(require_report_folder(folder_, "report DIR"), RequestError);
}

TEST_F(WriteReport, a_place_that_is_no_folder_is_refused_before_anything_is_drawn) {
  write_atomically(folder_, std::string_view("a file"));
  EXPECT_THROW(write_report(small_study(), {}, {folder_ / "report", "report DIR", {}}), RequestError);
  EXPECT_EQ(read_text(folder_), "a file");
}

TEST_F(WriteReport, other_shapes_of_studies_draw_too) {
  testing::FakeOptions options;
  options.sets = {"shapes"};
  options.etas = {0.01, 1.0};
  options.seeds = 1;
  options.steps_per_epoch = 30;
  options.groups = {{"all", {"conv", "dense"}}};
  EXPECT_NO_THROW(write(testing::fake_study(options)));
  options.groups = default_groups();
  options.settings = {{{0.003, 0.02}}, {{0.1, 0.004}}, {{0.02, 1.0}}};
  EXPECT_NO_THROW(write(testing::fake_study(options)));
  options.settings.clear();
  options.etas = {1.0};
  EXPECT_NO_THROW(write(testing::fake_study(options)));
  StudySnapshot empty = small_study();
  empty.trials.clear();
  EXPECT_NO_THROW(write(empty));
}

TEST_F(WriteReport, the_judges_own_judgement_draws_too) {
  const StudySnapshot study = small_study();
  EXPECT_NO_THROW(write_report(study, judge(study), {folder_, "report DIR", {}}));
  EXPECT_THAT(read_text(folder_ / "report.md"), ::testing::HasSubstr("We select `eta = "));
}

}  // namespace
}  // namespace etalon
