#include <cmath>

#include <gmock/gmock.h>

#include "tests/app/asked.h"
#include "tests/app/complaints.h"
#include "tests/app/study_text.h"

namespace etalon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Complaint refused(const std::string& options) {
  return complaint_of([&] { asked(options); });
}

TEST(TuneRequest, defaults_are_the_seed_grid) {
  const Request request = asked();
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

TEST(TuneRequest, takes_the_current_setting) {
  EXPECT_EQ(
      asked("--eta conv=0.01,0.1 --eta full=0.1 --current full=0.1,conv=0.01").study.plan.choice.current,
      (Setting{{0.01, 0.1}}));
  EXPECT_EQ(asked().study.plan.choice.current, std::nullopt);
  EXPECT_EQ(asked("--network mlp --current full=0.1").study.plan.choice.current, (Setting{{0.1}}))
      << "it has no group conv";
}

TEST(TuneRequest, a_current_setting_that_is_not_tried_is_refused_with_the_options_that_add_it) {
  const std::string options = "--eta conv=0.01,0.1 --eta full=0.1 --current conv=0.05,full=0.1";
  const Complaint complaint = refused(options);
  EXPECT_EQ(complaint.place.field, Field::current);
  EXPECT_EQ(complaint.received, "conv=0.05 full=0.1, which is not among the settings to be tried");
  EXPECT_EQ(complaint.hint, "add it: --eta conv=0.01,0.05,0.1 --eta full=0.1");
  EXPECT_EQ(asked(options + " --strategy random --trials 2").study.plan.choice.current,
            (Setting{{0.05, 0.1}}))
      << "what a random search draws is not known yet";
}

TEST(TuneRequest, a_current_setting_has_one_eta_for_each_group) {
  const auto refused_current = [](const std::string& text) { return refused("--current " + text).received; };
  EXPECT_EQ(refused_current("conv=0.1"), "no eta for the group 'full'");
  EXPECT_EQ(refused_current("conv=0.1,fool=0.1"), "the unknown group 'fool'");
  EXPECT_EQ(refused_current("conv=0.1,conv=0.1"), "'conv' twice");
  EXPECT_EQ(refused_current("0.1"), "'0.1'");
  EXPECT_EQ(refused_current("conv=0,full=1"), "0");
}

TEST(TuneRequest, takes_every_option) {
  const Request request = asked(
      "--eta full=1,0.1,1 --eta conv=0.5 --data shapes,mnist:d --augment flip --network mlp "
      "--optimizer adam --label-smoothing 0.1 --epochs 2 --batch 32 --samples 100 --validation 50 --seeds 4 "
      "--study-seed 18446744073709551615 --strategy random --trials 2 --threads 3 --memory 1G "
      "--checkpoint 3 --lease 20 --keep-weights --study mine --store s.db --out o --no-report");
  const StudyRequest& study = request.study;
  EXPECT_THAT(study.sets, ElementsAre("shapes", "mnist:d"));
  EXPECT_THAT(study.augmentation, ElementsAre("flip"));
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
  EXPECT_EQ(request.work.checkpoint_seconds, 3);
  EXPECT_EQ(request.work.lease_seconds, 20);
  EXPECT_TRUE(request.work.keep_weights);
  EXPECT_EQ(request.store, "s.db");
  EXPECT_EQ(request.out, "o");
  EXPECT_FALSE(request.report);
}

TEST(TuneRequest, half_steps_join_where_no_etas_are_listed) {
  EXPECT_FALSE(asked("--eta conv=0.1,1").study.plan.refine);
  EXPECT_TRUE(asked("--eta conv=0.1,1 --refine").study.plan.refine);
  EXPECT_FALSE(asked("--no-refine").study.plan.refine);
  EXPECT_EQ(refused("--refine --no-refine").place, "--refine");
  const StudyText file("[eta]\nconv = [0.1, 1]\n");
  EXPECT_FALSE(asked(file.path()).study.plan.refine);
}

TEST(TuneRequest, a_race_of_one_group_has_more_seeds) {
  EXPECT_EQ(asked("--network mlp").study.plan.seeds, 5U);
  EXPECT_EQ(asked("--network mlp --seeds 2").study.plan.seeds, 2U);
  EXPECT_EQ(asked("--network mlp --strategy grid").study.plan.seeds, 3U);
  EXPECT_EQ(asked("--network mlp --eta full=0.1,1").study.plan.seeds, 3U);
}

TEST(TuneRequest, a_grid_is_confirmed_only_where_it_is_asked_for) {
  EXPECT_EQ(asked("--strategy grid").study.plan.confirmation, 0U);
  EXPECT_FALSE(asked("--strategy grid").study.plan.refine);
  EXPECT_EQ(asked("--strategy grid --confirm 5").study.plan.confirmation, 5U);
  EXPECT_EQ(asked("--strategy race --confirm 0").study.plan.confirmation, 0U);
  EXPECT_EQ(refused("--confirm 1001").place, "--confirm");
}

TEST(TuneRequest, a_group_that_is_not_named_keeps_the_default) {
  const auto space = asked("--eta conv=0.5").study.plan.space;
  EXPECT_THAT(space.values, ElementsAre(ElementsAre(0.5), ElementsAre(1e-4, 1e-3, 1e-2, 1e-1, 1.0)));
}

TEST(TuneRequest, refuses_etas_that_are_none) {
  for (const char* text : {"conv=0", "conv=-0.1", "conv=nan", "conv=inf", "conv=11", "conv=", "conv=fast"})
    EXPECT_EQ(refused(std::string("--eta ") + text).place, "--eta conv") << text;
  EXPECT_EQ(refused("--eta 0.1,1").expected, "GROUP=V,V,... such as conv=0.01,0.1");
  EXPECT_EQ(refused("--eta =0.1").place, "--eta");
}

TEST(TuneRequest, refuses_unknown_and_repeated_groups) {
  EXPECT_EQ(
      to_text(refused("--eta cnv=0.1")),
      "--eta: received the unknown group 'cnv', expected one of conv, full\n  hint: did you mean 'conv'?");
  EXPECT_EQ(refused("--eta conv=0.1 --eta conv=1").received, "the group 'conv' twice");
}

TEST(TuneRequest, refuses_numbers_out_of_range) {
  for (const std::string option :
       {"--epochs", "--batch", "--samples", "--validation", "--seeds", "--trials", "--threads"})
    for (const std::string text : {"0", "-1", "x", "1.5", "99999999999"})
      EXPECT_EQ(refused(option + " " + text).place, option) << text;
}

TEST(TuneRequest, an_option_wins_over_the_file) {
  const StudyText file(
      "[study]\nname = \"filed\"\nepochs = 5\nseeds = 7\n[data]\nsets = [\"digits\"]\n[network]\n"
      "layers = [\"dense 10\"]\n[eta]\nconv = [0.5]\nfull = [0.25]\n[run]\nstore = \"f.db\"\nreport = "
      "false\n");
  const Request request =
      asked(file.path() + " --eta full=0.125 --epochs 2 --data shapes --network mlp --store o.db");
  EXPECT_EQ(request.study.study_name, "filed");
  EXPECT_EQ(request.study.epochs, 2U);
  EXPECT_EQ(request.study.plan.seeds, 7U);
  EXPECT_THAT(request.study.sets, ElementsAre("shapes"));
  EXPECT_EQ(request.place(Field::data), "--data");
  EXPECT_EQ(request.study.network, (NetworkSpec{"mlp", {}}));
  EXPECT_EQ(request.place(Field::network), "--network");
  EXPECT_EQ(request.place(Field::seeds), file.path() + ":4");
  EXPECT_THAT(request.study.plan.space.values, ElementsAre(ElementsAre(0.5), ElementsAre(0.125)));
  EXPECT_EQ(request.store, "o.db");
  EXPECT_FALSE(request.report);
}

TEST(TuneRequest, lists_for_all_groups_replace_settings) {
  const StudyText file("[eta]\nsettings = [{conv = 0.01, full = 0.001}]\n");
  EXPECT_TRUE(asked(file.path() + " --eta conv=0.1 --eta full=1").study.plan.space.settings.empty());
  Request request;
  const Complaint complaint =
      complaint_of([&] { read_request(parsed("tune --eta conv=0.1 " + file.path()).typed, request); });
  EXPECT_EQ(complaint.place, "--eta");
  EXPECT_THAT(to_text(complaint, request.field_names()), HasSubstr("hint: " + file.path() + ":2 gives"));
}

TEST(TuneRequest, another_optimizer_forgets_the_files_numbers) {
  const StudyText file("[training]\noptimizer = \"momentum\"\nmomentum = 0.5\n");
  EXPECT_EQ(asked(file.path()).study.training.optimizer.momentum, 0.5);
  EXPECT_EQ(asked(file.path() + " --optimizer sgd").study.training, TrainingSpec{});
  EXPECT_EQ(asked(file.path() + " --optimizer nesterov").study.training.optimizer.momentum, 0.5);
}

TEST(TuneRequest, an_error_from_below_says_where_its_field_was_written) {
  const StudyText file("[network]\n\nname = \"lenet\"\n");
  Request request = requested("tune " + file.path());
  const auto text = [&] { return to_text(complaint_of([&] { complete(request); }), request.field_names()); };
  EXPECT_THAT(text(), testing::StartsWith(file.path() + ":3: received the unknown network 'lenet'"));
  request = requested("tune --network lenet");
  EXPECT_THAT(text(), testing::StartsWith("--network: received the unknown network 'lenet'"));
  const Complaint smoothed{Field::step_epochs, "0", "more", {Field::source, " a=b"}};
  EXPECT_EQ(to_text(smoothed, request.field_names()),
            "[training] step_epochs: received 0, expected more\n  hint: --data a=b");
}

std::vector<std::string> groups_with(const std::string& options) {
  std::vector<std::string> names;
  for (const LayerGroup& group : asked(options).study.groups) names.push_back(group.name);
  return names;
}

TEST(TuneRequest, a_network_without_convolutions_has_one_group) {
  EXPECT_THAT(groups_with("--network mlp"), ElementsAre("full"));
  EXPECT_THAT(groups_with("--network mlp --eta full=0.1"), ElementsAre("full"));
  EXPECT_THAT(groups_with("--network mlp --eta conv=0.1"), ElementsAre("conv", "full"))
      << "refused when prepared";
  EXPECT_THAT(groups_with("--network lenet5"), ElementsAre("conv", "full"));
  EXPECT_THAT(groups_with("--network vgg-small"), ElementsAre("conv", "full"));
}

TEST(TuneRequest, groups_of_a_list_follow_its_layers_unless_written_out) {
  const StudyText list("[network]\nlayers = [\"dense 10\"]\n");
  const StudyRequest study = asked(list.path()).study;
  ASSERT_EQ(study.groups.size(), 1U);
  EXPECT_EQ(study.groups[0].name, "full");
  EXPECT_EQ(study.plan.space.values.size(), 1U);
  const StudyText written(
      "[network]\nlayers = [\"dense 10\"]\n[groups]\nconv = [\"conv\"]\nfull = [\"dense\"]\n");
  EXPECT_EQ(asked(written.path()).study.groups.size(), 2U);
}

TEST(TuneRequest, refuses_a_grid_without_end) {
  const StudyText file(
      "[groups]\na = [\"#1\"]\nb = [\"#2\"]\nc = [\"#3\"]\n[eta]\n"
      "a = {from = 1e-6, to = 1.0, cells = 1000}\nb = {from = 1e-6, to = 1.0, cells = 1000}\n"
      "c = {from = 1e-6, to = 1.0, cells = 1000}\n");
  EXPECT_THAT(refused(file.path()).received, HasSubstr("more than a million"));
}

TEST(TuneRequest, several_values_of_a_number_are_an_axis) {
  const StudyRequest study = asked(
                                 "--optimizer momentum --eta conv=0.1 --eta full=0.1,1 --momentum 0.9,0.8 "
                                 "--weight-decay conv=0,1e-4 --label-smoothing 0,0.1 --batch 64,32")
                                 .study;
  EXPECT_THAT(study.axes, ElementsAre(Axis{Quantity::momentum, ""}, Axis{Quantity::weight_decay, "conv"},
                                      Axis{Quantity::label_smoothing, ""}, Axis{Quantity::batch, ""}));
  EXPECT_THAT(study.plan.space.values,
              ElementsAre(ElementsAre(0.1), ElementsAre(0.1, 1), ElementsAre(0.8, 0.9), ElementsAre(0, 1e-4),
                          ElementsAre(0, 0.1), ElementsAre(32, 64)));
  EXPECT_EQ(study.training.optimizer.momentum, OptimizerSpec{}.momentum);
  EXPECT_EQ(study.batch, 64U);
}

TEST(TuneRequest, one_value_of_a_number_is_no_axis) {
  const StudyRequest study =
      asked("--optimizer nesterov --momentum 0.8 --weight-decay 1e-4 --label-smoothing 0.1 --batch 32").study;
  EXPECT_TRUE(study.axes.empty());
  EXPECT_EQ(study.training.optimizer.momentum, 0.8);
  EXPECT_EQ(study.training.optimizer.weight_decay, 1e-4);
  EXPECT_EQ(study.training.label_smoothing, 0.1);
  EXPECT_EQ(study.batch, 32U);
}

TEST(TuneRequest, a_group_may_differ_from_the_number_of_the_others) {
  const StudyRequest some = asked("--optimizer momentum --momentum 0.8 --momentum conv=0.9").study;
  EXPECT_THAT(some.axes, ElementsAre(Axis{Quantity::momentum, "conv"}));
  EXPECT_THAT(some.plan.space.values.back(), ElementsAre(0.9));
  EXPECT_EQ(some.training.optimizer.momentum, 0.8) << "of full";
  const StudyRequest all = asked("--optimizer momentum --momentum full=0.8 --momentum conv=0.9").study;
  EXPECT_EQ(all.axes.size(), 2u);
  EXPECT_EQ(all.training.optimizer.momentum, OptimizerSpec{}.momentum) << "nothing trains with it";
}

TEST(TuneRequest, a_study_file_has_axes_as_the_command_line_has) {
  const StudyText file(
      "[study]\nbatch = [64, 32]\n[training]\noptimizer = \"momentum\"\nmomentum = [0.9, 0.8]\n"
      "weight_decay = {conv = [0, 1e-4]}\nlabel_smoothing = [0, 0.1]\n"
      "[eta]\nconv = [0.1]\nfull = [0.1, 1]\n");
  const StudyRequest filed = asked(file.path()).study;
  const StudyRequest typed = asked(
                                 "--optimizer momentum --eta conv=0.1 --eta full=0.1,1 --momentum 0.9,0.8 "
                                 "--weight-decay conv=0,1e-4 --label-smoothing 0,0.1 --batch 64,32")
                                 .study;
  EXPECT_EQ(filed.axes, typed.axes);
  EXPECT_EQ(filed.plan.space, typed.plan.space);
  EXPECT_EQ(asked(file.path() + " --momentum 0.7 --weight-decay 0 --label-smoothing 0 --batch 16").study.axes,
            std::vector<Axis>{})
      << "options take the place of lines";
  EXPECT_THAT(asked(file.path() + " --optimizer sgd").study.axes,
              ElementsAre(Axis{Quantity::weight_decay, "conv"}, Axis{Quantity::label_smoothing, ""},
                          Axis{Quantity::batch, ""}))
      << "an optimizer without momentum leaves the file's idle";
}

TEST(TuneRequest, listed_settings_are_combined_with_axes) {
  const StudyText file("[eta]\nsettings = [{conv = 0.01, full = 0.1}, {conv = 0.1, full = 0.1}]\n");
  EXPECT_THAT(asked(file.path() + " --batch 32,64").study.plan.space.settings,
              ElementsAre(Setting{{0.01, 0.1, 32}}, Setting{{0.01, 0.1, 64}}, Setting{{0.1, 0.1, 32}},
                          Setting{{0.1, 0.1, 64}}));
}

TEST(TuneRequest, refuses_axes_that_cannot_be) {
  for (const auto& [options, place, received] :
       {std::tuple{"--momentum 0.9", "--momentum", "the optimizer 'sgd', which reads none"},
        {"--optimizer momentum --momentum 0.9,1", "--momentum", "'1'"},
        {"--optimizer momentum --momentum conv=0.9 --momentum conv=0.8", "--momentum",
         "the group 'conv' twice"},
        {"--optimizer momentum --momentum 0.9 --momentum 0.8", "--momentum", "values for all layers twice"},
        {"--weight-decay =1", "--weight-decay", "'=1'"},
        {"--weight-decay -1", "--weight-decay", "'-1'"},
        {"--batch 32,0", "--batch", "'0'"},
        {"--batch 32.5", "--batch", "'32.5'"},
        {"--label-smoothing conv=0.1", "--label-smoothing", "'conv=0.1'"}}) {
    const Complaint complaint = refused(options);
    EXPECT_EQ(complaint.place, place) << options;
    EXPECT_EQ(complaint.received, received) << options;
  }
  EXPECT_EQ(refused("--weight-decay 0,1").hint, "did you mean 0.1? Commas separate values: 0.0 is 0, too");
  const StudyText file("[training]\nlabel_smoothing = {conv = 0.1}\n");
  EXPECT_EQ(refused(file.path()).hint, "label smoothing is the same for all layers");
  for (const char* batch : {"32.5", "[32, 32.5]", "0", "[]", "\"32\""}) {
    const StudyText odd(std::string("[study]\nbatch = ") + batch + "\n");
    EXPECT_THAT(refused(odd.path()).place.text, HasSubstr(":2")) << batch;
  }
  EXPECT_EQ(refused("--batch 12,000").hint, "write it without separators: 12000");
  EXPECT_EQ(asked("--optimizer momentum --momentum=-0,0.9").study.plan.space.values.back(),
            (std::vector<double>{0, 0.9}));
  EXPECT_FALSE(std::signbit(asked("--weight-decay=-0,0.9").study.plan.space.values.back()[0]));
}

TEST(TuneRequest, a_current_setting_names_every_axis) {
  const std::string grid =
      "--eta conv=0.1 --eta full=0.1 --batch 32,64 --weight-decay conv=0,1e-4 --current ";
  EXPECT_EQ(asked(grid + "conv=0.1,full=0.1,batch=64,conv.weight_decay=0").study.plan.choice.current,
            (Setting{{0.1, 0.1, 0, 64}}));
  EXPECT_EQ(refused(grid + "conv=0.1,full=0.1,batch=64").received, "no value for 'conv.weight_decay'");
  EXPECT_EQ(refused(grid + "conv=0.1,full=0.1,batch=128,conv.weight_decay=0").hint,
            "add it: --eta conv=0.1 --eta full=0.1 --weight-decay conv=0,0.0001 --batch 32,64,128");
}

}  // namespace
}  // namespace etalon
