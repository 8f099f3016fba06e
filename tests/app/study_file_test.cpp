#include "etalon/app/study_file.h"

#include <gmock/gmock.h>

#include "tests/app/complaints.h"
#include "tests/app/study_text.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Request read(const std::string& text) {
  const StudyText file(text);
  Request request;
  read_study_file(file.path(), request);
  return request;
}

/// The complaint, with the file's path taken off its place: ":7".
Complaint refused(const std::string& text) {
  const StudyText file(text);
  Request request;
  Complaint complaint = complaint_of([&] { read_study_file(file.path(), request); });
  std::string& place = complaint.place.text;
  if (place.starts_with(file.path())) place.erase(0, file.path().size());
  return complaint;
}

TEST(StudyFile, an_empty_file_changes_nothing) {
  const Request request = read("# nothing\n");
  EXPECT_EQ(request.study.sets, StudyRequest{}.sets);
  EXPECT_EQ(request.study.training, TrainingSpec{});
  EXPECT_EQ(request.store, "etalon.db");
}

TEST(StudyFile, sets_the_study) {
  const Request request = read(
      "[study]\nname = \"mine\"\nseeds = 4\nstudy_seed = 9\nepochs = 2\nbatch = 32\nsamples = 100\n"
      "validation = 50\n[data]\nsets = [\"shapes\", \"mnist:d\"]\naugment = [\"crop 4\", \"flip\"]\n"
      "[network]\nname = \"mlp\"\n");
  const StudyRequest& study = request.study;
  EXPECT_EQ(study.study_name, "mine");
  EXPECT_EQ(study.plan.seeds, 4U);
  EXPECT_EQ(study.study_seed, 9U);
  EXPECT_EQ(study.epochs, 2U);
  EXPECT_EQ(study.batch, 32U);
  EXPECT_EQ(study.samples, 100U);
  EXPECT_EQ(study.validation, 50U);
  EXPECT_THAT(study.sets, ElementsAre("shapes", "mnist:d"));
  EXPECT_THAT(study.augmentation, ElementsAre("crop 4", "flip"));
  EXPECT_TRUE(request.place(Field::augmentation).ends_with(":11"));
  EXPECT_EQ(study.network, (NetworkSpec{"mlp", {}}));
}

TEST(StudyFile, takes_a_whole_number_with_a_point) {
  const StudyRequest study = read("[study]\nepochs = 2.0\nsamples = 6e4\n").study;
  EXPECT_EQ(study.epochs, 2U);
  EXPECT_EQ(study.samples, 60'000U);
  for (const char* value : {"1.5", "nan", "inf", "-1.0", "1e300"}) {
    const Complaint complaint = refused(std::string("[study]\nepochs = ") + value + "\n");
    EXPECT_EQ(complaint.place, ":2") << value;
    EXPECT_EQ(complaint.expected, "a whole number from 1 to 100000 for 'epochs'") << value;
  }
  EXPECT_THAT(refused("[study]\nepochs = \"3\"\n").hint, HasSubstr("without quotation marks"));
  EXPECT_THAT(refused("[training]\nlabel_smoothing = \"0,1\"\n").hint, HasSubstr("without quotation marks"));
}

TEST(StudyFile, says_what_a_key_of_another_spelling_or_program_is_called) {
  const auto hint = [](const std::string& text) { return refused(text).hint; };
  EXPECT_EQ(hint("[training]\nLabel-Smoothing = 0.1\n"), "did you mean 'label_smoothing'?");
  EXPECT_EQ(hint("[study]\nEPOCHS = 1\n"), "did you mean 'epochs'?");
  EXPECT_EQ(hint("[TRAINING]\noptimizer = \"sgd\"\n"), "did you mean 'training'?");
  EXPECT_EQ(hint("[training]\nepochs = 1\n"), "'epochs' belongs into [study]");
  EXPECT_EQ(hint("[study]\nbatch_size = 1\n"), "'batch' in [study]");
  EXPECT_THAT(hint("[training]\nlearning_rate = 0.1\n"), HasSubstr("[eta]"));
  EXPECT_THAT(hint("[study]\nseed = 1\n"), HasSubstr("study_seed"));
}

TEST(StudyFile, takes_no_tilde_for_a_folder) {
  EXPECT_EQ(refused("[run]\nstore = \"~/x.db\"\n").place, ":2");
  EXPECT_EQ(refused("[run]\n\nout = \"~\"\n").place, ":3");
}

TEST(StudyFile, tells_the_current_setting) {
  const Request request = read("[choice]\ncurrent = {full = 0.01, conv = 0.1}\n");
  ASSERT_TRUE(request.current);
  EXPECT_EQ(setting_of(*request.current, axes_of(default_groups())), (Setting{{0.1, 0.01}}));
  EXPECT_TRUE(request.place(Field::current).ends_with(":2"));
  EXPECT_THAT(refused("[choice]\ncurrent = 0.1\n").expected, HasSubstr("{conv = 0.1, full = 0.01}"));
  const NamedValues none = *read("[choice]\ncurrent = {conv = 0, full = 0.1}\n").current;
  EXPECT_THAT(complaint_of([&] { setting_of(none, axes_of(default_groups())); }).expected,
              HasSubstr("a number above 0 and up to 10"));
}

TEST(StudyFile, sets_training_search_choice_and_run) {
  const Request request = read(
      "[training]\noptimizer = \"adamw\"\nbeta1 = 0.8\nbeta2 = 0.99\nepsilon = 1e-6\nweight_decay = 0.01\n"
      "schedule = \"step\"\nwarmup = 0.5\nstep_epochs = 2\nfactor = 0.5\ninitializer = \"glorot\"\n"
      "label_smoothing = 0.2\n"
      "[search]\nstrategy = \"random\"\ntrials = 7\nrefine = false\nconfirm = 4\n"
      "[choice]\nspeed_weight = 1\ndivergence_limit = 0.25\ntarget = {accuracy = 0.9, loss = 0.1}\n"
      "[run]\nthreads = 2\nstore = \"s.db\"\nout = \"o\"\nreport = false\n");
  const TrainingSpec& training = request.study.training;
  EXPECT_EQ(training.optimizer, (OptimizerSpec{"adamw", 0.9, 0.8, 0.99, 1e-6, 0.01}));
  EXPECT_EQ(training.schedule, (ScheduleSpec{"step", 0.5, 2.0, 0.5}));
  EXPECT_EQ(training.initializer, "glorot");
  EXPECT_EQ(training.label_smoothing, 0.2);
  EXPECT_EQ(request.study.plan.strategy, "random");
  EXPECT_EQ(request.study.plan.trials, 7U);
  EXPECT_EQ(request.refine, false);
  EXPECT_EQ(request.confirmation, 4U);
  EXPECT_EQ(request.study.plan.choice, (ChoiceRules{1.0, 0.25, {}, 0.1, 0.9}));
  EXPECT_EQ(request.study.threads, 2U);
  EXPECT_EQ(request.store, "s.db");
  EXPECT_EQ(request.out, "o");
  EXPECT_FALSE(request.report);
}

TEST(StudyFile, groups_keep_their_order) {
  const Request request = read(
      "[groups]\nstem = [\"label:stem\"]\nbody = [\"#2\", \"#3\"]\na_head = [\"dense\"]\n"
      "[eta]\na_head = [1]\nstem = [0.1, 0.01, 0.1]\n");
  EXPECT_EQ(
      request.study.groups,
      (std::vector<LayerGroup>{{"stem", {"label:stem"}}, {"body", {"#2", "#3"}}, {"a_head", {"dense"}}}));
  EXPECT_THAT(request.study.plan.space.values,
              ElementsAre(ElementsAre(0.01, 0.1), ElementsAre(), ElementsAre(1.0)));
}

TEST(StudyFile, an_axis_is_even_in_decades) {
  const Request request =
      read("[eta]\nconv = {from = 1e-4, to = 1, cells = 5}\nfull = {from = 0.5, to = 0.5, cells = 1}\n");
  EXPECT_THAT(request.study.plan.space.values,
              ElementsAre(ElementsAre(1e-4, 1e-3, 1e-2, 1e-1, 1.0), ElementsAre(0.5)));
}

TEST(StudyFile, settings_are_these_and_no_others) {
  const Request request = read(
      "[eta]\nsettings = [{conv = 0.1, full = 0.001}, {full = 0.01, conv = 0.01},\n"
      " {conv = 0.1, full = 0.001}]\n");
  EXPECT_EQ(request.study.plan.space.settings, (std::vector<Setting>{{{0.01, 0.01}}, {{0.1, 0.001}}}));
}

TEST(StudyFile, places_name_the_line) {
  const StudyText file(
      "[study]\nname = \"n\"\nbatch = 8\n[data]\nsets = [\"shapes\"]\n[network]\nname = \"mlp\"\n[groups]\n"
      "conv = [\"conv\"]\n[eta]\nconv = [1]\n[training]\noptimizer = \"sgd\"\n[search]\nstrategy = \"grid\"\n"
      "[run]\nstore = \"s\"\nout = \"o\"\n");
  Request request;
  read_study_file(file.path(), request);
  const auto line = [&](int number) { return file.path() + ":" + std::to_string(number); };
  EXPECT_EQ(request.place(Field::study_name), line(2));
  EXPECT_EQ(request.place(Field::batch), line(3));
  EXPECT_EQ(request.place(Field::data), line(5));
  EXPECT_EQ(request.place(Field::network), line(7));
  EXPECT_EQ(request.place(Field::groups), line(9));
  EXPECT_EQ(request.place(Field::eta), line(11));
  EXPECT_EQ(request.place(Field::optimizer), line(13));
  EXPECT_EQ(request.place(Field::strategy), line(15));
  EXPECT_EQ(request.place(Field::store), line(17));
  EXPECT_EQ(request.place(Field::out), line(18));
}

TEST(StudyFile, unknown_keys_name_line_and_nearest) {
  const Complaint complaint = refused("[study]\nseeds = 3\nepoch = 2\n");
  EXPECT_EQ(complaint.place, ":3");
  EXPECT_EQ(complaint.received, "the unknown key 'epoch'");
  EXPECT_EQ(complaint.expected, "a key of [study]");
  EXPECT_EQ(complaint.hint, "did you mean 'epochs'?");
}

struct BadFile {
  const char* text;
  const char* place;
  const char* received;
  const char* said;  ///< part of expected or hint
};

void expect_refused(const std::vector<BadFile>& files) {
  for (const BadFile& bad : files) {
    const Complaint complaint = refused(bad.text);
    EXPECT_EQ(complaint.place, bad.place) << bad.text;
    EXPECT_THAT(complaint.received, HasSubstr(bad.received)) << bad.text;
    EXPECT_THAT(complaint.expected + "\n" + to_text(complaint.hint), HasSubstr(bad.said)) << bad.text;
  }
}

TEST(StudyFile, refuses_bad_keys) {
  expect_refused({{"\n[stduy]\nseeds = 3\n", ":2", "the unknown key 'stduy'", "did you mean 'study'"},
                  {"epochs = 3\n", ":1", "the number 3", "'epochs' belongs into [study]"},
                  {"[training]\nlr = 1\n", ":2", "the unknown key 'lr'", "learning rates stand in [eta]"},
                  {"study = 3\n", ":1", "the number 3", "a table"},
                  {"[eta]\ncnv = [1]\n", ":2", "the unknown key 'cnv'", "did you mean 'conv'"},
                  {"[eta]\nconv = [1]\nsettings = [{conv=1,full=1}]\n", ":2", "'conv'", "no other"},
                  {"[choice]\ntarget = {acuracy = 1}\n", ":2", "'acuracy'", "did you mean 'accuracy'"},
                  {"[eta]\nconv = {from = 1, too = 2, cells = 3}\n", ":2", "'too'", "did you mean 'to'"}});
}

TEST(StudyFile, refuses_bad_values) {
  expect_refused({{"[study]\nepochs = \"two\"\n", ":2", "the text 'two'", "a whole number from 1"},
                  {"[study]\nepochs = 2.5\n", ":2", "the number 2.5", "a whole number"},
                  {"[study]\nseeds = 0\n", ":2", "the number 0", "from 1"},
                  {"[study]\nbatch = -1\n", ":2", "the number -1", "for 'batch'"},
                  {"[study]\nname = 3\n", ":2", "the number 3", "a text for 'name'"},
                  {"[study]\nname = \"\"\n", ":2", "the text ''", "a text for 'name'"},
                  {"[study]\nseeds = 1979-05-27\n", ":2", "a date or time", "a whole number"},
                  {"[data]\nsets = \"shapes\"\n", ":2", "the text 'shapes'", "a list of texts"},
                  {"[data]\nsets = []\n", ":2", "an empty list", "a list of texts"},
                  {"[data]\nsets = [\"a\",\n 3]\n", ":3", "the number 3", "a list of texts"},
                  {"[network]\nname = \"mlp\"\nlayers = [\"relu\"]\n", ":3", "both", "one of the two"},
                  {"[groups]\nconv = \"conv\"\n", ":2", "the text 'conv'", "a list of texts"},
                  {"[groups]\n\"a b\" = [\"conv\"]\n", ":2", "'a b'", "letters, digits"},
                  {"[groups]\nsettings = [\"conv\"]\n", ":2", "'settings'", "other than"},
                  {"[run]\nreport = \"no\"\n", ":2", "the text 'no'", "true or false"},
                  {"[run]\nthreads = 0\n", ":2", "the number 0", "for 'threads'"}});
}

TEST(StudyFile, refuses_bad_etas) {
  expect_refused({{"[eta]\nconv = [0.1, 0]\n", ":2", "0", "above 0"},
                  {"[eta]\nconv = [-1]\n", ":2", "-1", "above 0"},
                  {"[eta]\nconv = [nan]\n", ":2", "nan", "above 0"},
                  {"[eta]\nconv = [0.1,\n 11]\n", ":3", "11", "up to 10"},
                  {"[eta]\nconv = [\"fast\"]\n", ":2", "'fast'", "a learning rate"},
                  {"[eta]\nconv = []\n", ":2", "an empty list", "a list of learning rates"},
                  {"[eta]\nconv = 0.1\n", ":2", "0.1", "a list of learning rates"},
                  {"[eta]\nconv = {from = 1, to = 0.1, cells = 3}\n", ":2", "from 1 to 0.1", "swap"},
                  {"[eta]\nconv = {from = 0, to = 1, cells = 3}\n", ":2", "the number 0", "above 0"},
                  {"[eta]\nconv = {from = 0.1, to = 1}\n", ":2", "without 'cells'", "cells = COUNT"},
                  {"[eta]\nconv = {from = 0.1, to = 1, cells = 1}\n", ":2", "1 cells", "at least 2"},
                  {"[eta]\nsettings = []\n", ":2", "an empty list", "a list of settings"},
                  {"[eta]\nsettings = [{conv = 0.1}]\n", ":2", "without 'full'", "conv, full"},
                  {"[eta]\nsettings = [\n{conv = 0.1, full = 0.1},\n{conv = 0.1, ful = 1}]\n", ":4", "'ful'",
                   "did you mean 'full'"},
                  {"[eta]\nsettings = [3]\n", ":2", "the number 3", "a setting"},
                  {"[eta]\nsettings = [{conv = 0, full = 1}]\n", ":2", "0", "above 0"}});
}

TEST(StudyFile, refuses_bad_training) {
  expect_refused(
      {{"[training]\noptimizer = \"adm\"\n", ":2", "the unknown optimizer 'adm'", "did you mean 'adam'"},
       {"[training]\nschedule = \"cosin\"\n", ":2", "'cosin'", "did you mean 'cosine'"},
       {"[training]\ninitializer = \"hee\"\n", ":2", "'hee'", "did you mean 'he'"},
       {"[training]\nmomentum = 0.9\n", ":2", "the optimizer 'sgd'", "momentum or nesterov"},
       {"[training]\nbeta1 = 0.9\n", ":2", "the optimizer 'sgd'", "adam or adamw"},
       {"[training]\nfactor = 0.9\n", ":2", "the schedule 'constant'", "step or exponential"},
       {"[training]\noptimizer = \"momentum\"\nmomentum = 1\n", ":3", "the number 1", "not including, 1"},
       {"[training]\nweight_decay = -1\n", ":2", "the number -1", "0 or more"},
       {"[training]\nwarmup = inf\n", ":2", "the number inf", "0 or more"},
       {"[choice]\nspeed_weight = 1.5\n", ":2", "the number 1.5", "from 0 to 1"},
       {"[choice]\nspeed_weight = nan\n", ":2", "the number nan", "from 0 to 1"},
       {"[choice]\ntarget = 0.9\n", ":2", "the number 0.9", "{accuracy = 0.97}"},
       {"[choice]\ntarget = {loss = 0}\n", ":2", "the number 0", "above 0"}});
}

TEST(StudyFile, refuses_bad_text) {
  expect_refused({{"[study]\nseeds = \n", ":2:9", "no TOML", "TOML"},
                  {"[study\nseeds = 3\n", ":1:7", "no TOML", "TOML"},
                  {"[study]\nseeds = 3\nseeds = 4\n", ":3:9", "no TOML", "seeds"}});
}

TEST(StudyFile, missing_files_are_named) {
  Request request;
  EXPECT_EQ(complaint_of([&] { read_study_file("no/such.toml", request); }).place, "no/such.toml");
}

}  // namespace
}  // namespace etalon
