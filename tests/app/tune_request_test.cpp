#include "etalon/app/tune_request.h"

#include <gmock/gmock.h>

#include "tests/app/complaints.h"
#include "tests/app/study_text.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TuneArguments given(std::vector<std::string> eta) {
  TuneArguments arguments;
  arguments.eta = std::move(eta);
  return arguments;
}

Complaint refused_eta(std::vector<std::string> eta) {
  return complaint_of([&] { tune_request(given(std::move(eta))); });
}

TEST(TuneRequest, DefaultsAreTheSeedGrid) {
  const TuneRequest request = tune_request({});
  const StudyRequest& study = request.study;
  EXPECT_THAT(study.sets, ElementsAre("shapes", "digits", "scenes"));
  EXPECT_EQ(study.network, NetworkSpec{});
  EXPECT_EQ(study.groups, default_groups());
  EXPECT_EQ(study.training, TrainingSpec{});
  EXPECT_EQ(study.batch, 64U);
  EXPECT_EQ(study.plan.seeds, 3U);
  EXPECT_EQ(study.plan.strategy, "race");
  EXPECT_TRUE(study.plan.refine);
  EXPECT_EQ(study.plan.confirmation, 8U);
  EXPECT_THAT(study.plan.space.values, ElementsAre(ElementsAre(1e-4, 1e-3, 1e-2, 1e-1, 1.0),
                                                   ElementsAre(1e-4, 1e-3, 1e-2, 1e-1, 1.0)));
  EXPECT_EQ(study.threads, 0U);
  EXPECT_EQ(request.store, "etalon.db");
  EXPECT_EQ(request.out, "report");
  EXPECT_TRUE(request.report);
}

TEST(TuneRequest, TakesTheCurrentSetting) {
  TuneArguments arguments = given({"conv=0.01,0.1", "full=0.1"});
  arguments.current = "full=0.1,conv=0.01";
  EXPECT_EQ(tune_request(arguments).study.plan.choice.current, (Setting{{0.01, 0.1}}));
  EXPECT_EQ(tune_request({}).study.plan.choice.current, std::nullopt);
  TuneArguments mlp;  // which has no group conv
  mlp.network = "mlp";
  mlp.current = "full=0.1";
  EXPECT_EQ(tune_request(mlp).study.plan.choice.current, (Setting{{0.1}}));
}

TEST(TuneRequest, ACurrentSettingThatIsNotTriedIsRefusedWithTheOptionsThatAddIt) {
  TuneArguments arguments = given({"conv=0.01,0.1", "full=0.1"});
  arguments.current = "conv=0.05,full=0.1";
  const Complaint complaint = complaint_of([&] { tune_request(arguments); });
  EXPECT_EQ(complaint.place, "--current");
  EXPECT_EQ(complaint.received, "conv=0.05 full=0.1, which is not among the settings to be tried");
  EXPECT_EQ(complaint.hint, "add it: --eta conv=0.01,0.05,0.1 --eta full=0.1");
  arguments.strategy = "random";
  arguments.trials = "2";
  EXPECT_EQ(tune_request(arguments).study.plan.choice.current, (Setting{{0.05, 0.1}}))
      << "what a random search draws is not known yet";
}

TEST(TuneRequest, ACurrentSettingHasOneEtaForEachGroup) {
  const auto refused_current = [](const std::string& text) {
    TuneArguments arguments;
    arguments.current = text;
    return complaint_of([&] { tune_request(arguments); }).received;
  };
  EXPECT_EQ(refused_current("conv=0.1"), "no eta for the group 'full'");
  EXPECT_EQ(refused_current("conv=0.1,fool=0.1"), "the unknown group 'fool'");
  EXPECT_EQ(refused_current("conv=0.1,conv=0.1"), "the group 'conv' twice");
  EXPECT_EQ(refused_current("0.1"), "'0.1'");
  EXPECT_EQ(refused_current("conv=0,full=1"), "0");
  EXPECT_EQ(refused_current(""), "an empty list");
}

TEST(TuneRequest, TakesEveryOption) {
  TuneArguments arguments = given({"full=1,0.1,1", "conv=0.5"});
  arguments.data = "shapes,mnist:d";
  arguments.augment = "shift 2,flip";
  arguments.network = "mlp";
  arguments.optimizer = "adam";
  arguments.label_smoothing = "0.1";
  arguments.epochs = "2";
  arguments.batch = "32";
  arguments.samples = "100";
  arguments.validation = "50";
  arguments.seeds = "4";
  arguments.study_seed = "18446744073709551615";
  arguments.strategy = "random";
  arguments.trials = "2";
  arguments.threads = "3";
  arguments.memory = "1G";
  arguments.study = "mine";
  arguments.store = "s.db";
  arguments.out = "o";
  arguments.no_report = true;
  const TuneRequest request = tune_request(arguments);
  const StudyRequest& study = request.study;
  EXPECT_THAT(study.sets, ElementsAre("shapes", "mnist:d"));
  EXPECT_THAT(study.augmentation, ElementsAre("shift 2", "flip"));
  EXPECT_EQ(study.network.name, "mlp");
  EXPECT_EQ(study.training.optimizer.name, "adam");
  EXPECT_EQ(study.training.label_smoothing, 0.1);
  EXPECT_EQ(study.epochs, 2U);
  EXPECT_EQ(study.batch, 32U);
  EXPECT_EQ(study.samples, 100U);
  EXPECT_EQ(study.validation, 50U);
  EXPECT_EQ(study.plan.seeds, 4U);
  EXPECT_EQ(study.study_seed, ~0ULL);
  EXPECT_EQ(study.plan.strategy, "random");
  EXPECT_EQ(study.plan.trials, 2U);
  EXPECT_EQ(study.threads, 3U);
  EXPECT_EQ(study.memory, 1ULL << 30);
  EXPECT_EQ(study.study_name, "mine");
  EXPECT_THAT(study.plan.space.values, ElementsAre(ElementsAre(0.5), ElementsAre(0.1, 1)));
  EXPECT_EQ(request.store, "s.db");
  EXPECT_EQ(request.out, "o");
  EXPECT_FALSE(request.report);
}

TEST(TuneRequest, HalfStepsJoinWhereNoEtasAreListed) {
  EXPECT_FALSE(tune_request(given({"conv=0.1,1"})).study.plan.refine);
  TuneArguments arguments = given({"conv=0.1,1"});
  arguments.refine = true;
  EXPECT_TRUE(tune_request(arguments).study.plan.refine);
  arguments = {};
  arguments.no_refine = true;
  EXPECT_FALSE(tune_request(arguments).study.plan.refine);
  arguments.refine = true;
  EXPECT_EQ(complaint_of([&] { tune_request(arguments); }).place, "--refine");
  const StudyText file("[eta]\nconv = [0.1, 1]\n");
  arguments = {};
  arguments.study_file = file.path();
  EXPECT_FALSE(tune_request(arguments).study.plan.refine);
}

TEST(TuneRequest, ARaceOfOneGroupHasMoreSeeds) {
  TuneArguments arguments;
  arguments.network = "mlp";
  EXPECT_EQ(tune_request(arguments).study.plan.seeds, 5U);
  arguments.seeds = "2";
  EXPECT_EQ(tune_request(arguments).study.plan.seeds, 2U);
  arguments.seeds.reset();
  arguments.strategy = "grid";
  EXPECT_EQ(tune_request(arguments).study.plan.seeds, 3U);
  arguments.strategy.reset();
  arguments.eta = {"full=0.1,1"};
  EXPECT_EQ(tune_request(arguments).study.plan.seeds, 3U);
}

TEST(TuneRequest, AGridIsConfirmedOnlyWhereItIsAskedFor) {
  TuneArguments arguments;
  arguments.strategy = "grid";
  EXPECT_EQ(tune_request(arguments).study.plan.confirmation, 0U);
  EXPECT_FALSE(tune_request(arguments).study.plan.refine);
  arguments.confirm = "5";
  EXPECT_EQ(tune_request(arguments).study.plan.confirmation, 5U);
  arguments.strategy = "race";
  arguments.confirm = "0";
  EXPECT_EQ(tune_request(arguments).study.plan.confirmation, 0U);
  arguments.confirm = "1001";
  EXPECT_EQ(complaint_of([&] { tune_request(arguments); }).place, "--confirm");
}

TEST(TuneRequest, AGroupThatIsNotNamedKeepsTheDefault) {
  const auto space = tune_request(given({"conv=0.5"})).study.plan.space;
  EXPECT_THAT(space.values, ElementsAre(ElementsAre(0.5), ElementsAre(1e-4, 1e-3, 1e-2, 1e-1, 1.0)));
}

TEST(TuneRequest, RefusesEtasThatAreNone) {
  for (const char* text : {"conv=0", "conv=-0.1", "conv=nan", "conv=inf", "conv=11", "conv=", "conv=fast"})
    EXPECT_EQ(refused_eta({text}).place, "--eta conv") << text;
  EXPECT_EQ(refused_eta({"0.1,1"}).expected, "GROUP=V,V,... such as conv=0.01,0.1");
  EXPECT_EQ(refused_eta({"=0.1"}).place, "--eta");
  EXPECT_EQ(refused_eta({""}).received, "nothing");
}

TEST(TuneRequest, RefusesUnknownAndRepeatedGroups) {
  EXPECT_EQ(
      to_text(refused_eta({"cnv=0.1"})),
      "--eta: received the unknown group 'cnv', expected one of conv, full\n  hint: did you mean 'conv'?");
  EXPECT_EQ(refused_eta({"conv=0.1", "conv=1"}).received, "the group 'conv' twice");
}

TEST(TuneRequest, RefusesNumbersOutOfRange) {
  using Option = std::optional<std::string> TuneArguments::*;
  const std::vector<std::pair<const char*, Option>> options{
      {"--epochs", &TuneArguments::epochs},   {"--batch", &TuneArguments::batch},
      {"--samples", &TuneArguments::samples}, {"--validation", &TuneArguments::validation},
      {"--seeds", &TuneArguments::seeds},     {"--trials", &TuneArguments::trials},
      {"--threads", &TuneArguments::threads}};
  for (const auto& [name, option] : options)
    for (const char* text : {"0", "-1", "x", "", "1.5", "99999999999"}) {
      TuneArguments arguments;
      arguments.*option = text;
      EXPECT_EQ(complaint_of([&] { tune_request(arguments); }).place, name) << text;
    }
}

TEST(TuneRequest, RefusesEmptyNames) {
  using Option = std::optional<std::string> TuneArguments::*;
  const std::vector<std::pair<const char*, Option>> options{
      {"--data", &TuneArguments::data},   {"--network", &TuneArguments::network},
      {"--store", &TuneArguments::store}, {"--out", &TuneArguments::out},
      {"--study", &TuneArguments::study}, {"--strategy", &TuneArguments::strategy}};
  for (const auto& [name, option] : options) {
    TuneArguments arguments;
    arguments.*option = "";
    EXPECT_EQ(complaint_of([&] { tune_request(arguments); }).place, name);
  }
}

TEST(TuneRequest, AnOptionWinsOverTheFile) {
  const StudyText file(
      "[study]\nname = \"filed\"\nepochs = 5\nseeds = 7\n[data]\nsets = [\"digits\"]\n[network]\n"
      "layers = [\"dense 10\"]\n[eta]\nconv = [0.5]\nfull = [0.25]\n[run]\nstore = \"f.db\"\nreport = "
      "false\n");
  TuneArguments arguments = given({"full=0.125"});
  arguments.study_file = file.path();
  arguments.epochs = "2";
  arguments.data = "shapes";
  arguments.network = "mlp";
  arguments.store = "o.db";
  const TuneRequest request = tune_request(arguments);
  EXPECT_EQ(request.study.study_name, "filed");
  EXPECT_EQ(request.study.epochs, 2U);
  EXPECT_EQ(request.study.plan.seeds, 7U);
  EXPECT_THAT(request.study.sets, ElementsAre("shapes"));
  EXPECT_EQ(request.study.places.data, "--data");
  EXPECT_EQ(request.study.network, (NetworkSpec{"mlp", {}}));
  EXPECT_EQ(request.study.places.network, "--network");
  EXPECT_THAT(request.study.plan.space.values, ElementsAre(ElementsAre(0.5), ElementsAre(0.125)));
  EXPECT_EQ(request.store, "o.db");
  EXPECT_FALSE(request.report);
}

TEST(TuneRequest, ListsForAllGroupsReplaceSettings) {
  const StudyText file("[eta]\nsettings = [{conv = 0.01, full = 0.001}]\n");
  TuneArguments arguments = given({"conv=0.1", "full=1"});
  arguments.study_file = file.path();
  EXPECT_TRUE(tune_request(arguments).study.plan.space.settings.empty());
  arguments.eta = {"conv=0.1"};
  const Complaint complaint = complaint_of([&] { tune_request(arguments); });
  EXPECT_EQ(complaint.place, "--eta");
  EXPECT_THAT(complaint.hint, HasSubstr(file.path() + ":2"));
}

TEST(TuneRequest, AnotherOptimizerForgetsTheFilesNumbers) {
  const StudyText file("[training]\noptimizer = \"momentum\"\nmomentum = 0.5\n");
  TuneArguments arguments;
  arguments.study_file = file.path();
  EXPECT_EQ(tune_request(arguments).study.training.optimizer.momentum, 0.5);
  arguments.optimizer = "sgd";
  EXPECT_EQ(tune_request(arguments).study.training, TrainingSpec{});
  arguments.optimizer = "nesterov";
  EXPECT_EQ(tune_request(arguments).study.training.optimizer.momentum, 0.5);
}

std::vector<std::string> groups_with(const std::string& network, std::vector<std::string> eta) {
  TuneArguments arguments = given(std::move(eta));
  arguments.network = network;
  std::vector<std::string> names;
  for (const LayerGroup& group : tune_request(arguments).study.groups) names.push_back(group.name);
  return names;
}

TEST(TuneRequest, ANetworkWithoutConvolutionsHasOneGroup) {
  EXPECT_THAT(groups_with("mlp", {}), ElementsAre("full"));
  EXPECT_THAT(groups_with("mlp", {"full=0.1"}), ElementsAre("full"));
  EXPECT_THAT(groups_with("mlp", {"conv=0.1"}), ElementsAre("conv", "full")) << "refused when prepared";
  EXPECT_THAT(groups_with("lenet5", {}), ElementsAre("conv", "full"));
  EXPECT_THAT(groups_with("vgg-small", {}), ElementsAre("conv", "full"));
}

TEST(TuneRequest, GroupsOfAListFollowItsLayersUnlessWrittenOut) {
  TuneArguments arguments;
  const StudyText list("[network]\nlayers = [\"dense 10\"]\n");
  arguments.study_file = list.path();
  const StudyRequest study = tune_request(arguments).study;
  ASSERT_EQ(study.groups.size(), 1U);
  EXPECT_EQ(study.groups[0].name, "full");
  EXPECT_EQ(study.plan.space.values.size(), 1U);
  const StudyText written(
      "[network]\nlayers = [\"dense 10\"]\n[groups]\nconv = [\"conv\"]\nfull = [\"dense\"]\n");
  arguments.study_file = written.path();
  EXPECT_EQ(tune_request(arguments).study.groups.size(), 2U);
}

TEST(TuneRequest, RefusesAGridWithoutEnd) {
  const StudyText file(
      "[groups]\na = [\"#1\"]\nb = [\"#2\"]\nc = [\"#3\"]\n[eta]\n"
      "a = {from = 1e-6, to = 1.0, cells = 1000}\nb = {from = 1e-6, to = 1.0, cells = 1000}\n"
      "c = {from = 1e-6, to = 1.0, cells = 1000}\n");
  TuneArguments arguments;
  arguments.study_file = file.path();
  EXPECT_THAT(complaint_of([&] { tune_request(arguments); }).received, HasSubstr("more than a million"));
}

}  // namespace
}  // namespace etalon
