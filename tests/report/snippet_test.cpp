#include "etalon/report/snippet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/report/fake_study.h"
#include "tests/report/golden.h"

namespace etalon::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string code_for(const std::string& optimizer, double weight_decay = 0) {
  StudySnapshot study = testing::fake_study();
  study.definition.training.optimizer.name = optimizer;
  study.definition.training.optimizer.weight_decay = weight_decay;
  const Judgement judgement = testing::fake_judgement(study);
  return parameter_groups_py(StudyView(study, judgement));
}

TEST(Snippet, is_as_approved) {
  StudySnapshot study = testing::fake_study();
  study.definition.training.optimizer.name = "nesterov";
  study.definition.training.schedule = {"cosine", 0.5, 1, 0.1};
  const Judgement judgement = testing::fake_judgement(study);
  testing::expect_golden("parameter_groups.py", parameter_groups_py(StudyView(study, judgement)));
}

TEST(Snippet, every_optimizer_has_its_counterpart) {
  EXPECT_THAT(code_for("sgd"), HasSubstr("torch.optim.SGD(parameter_groups(model, eta))"));
  EXPECT_THAT(code_for("momentum"), HasSubstr("torch.optim.SGD(parameter_groups(model, eta), momentum=0.9)"));
  EXPECT_THAT(code_for("nesterov"), HasSubstr("momentum=0.9, nesterov=True)"));
  EXPECT_THAT(code_for("adam"),
              HasSubstr("torch.optim.Adam(parameter_groups(model, eta), betas=(0.9, 0.999), eps="));
  EXPECT_THAT(code_for("adamw"), HasSubstr("weight_decay=0)")) << "torch's own default is not 0";
  EXPECT_THAT(code_for("sgd", 0.01), HasSubstr("weight_decay=0.01)"));
}

TEST(Snippet, names_what_training_images_and_labels_met) {
  EXPECT_THAT(code_for("sgd"), Not(HasSubstr("criterion")));
  StudySnapshot study = testing::fake_study();
  study.definition.training.label_smoothing = 0.1;
  study.definition.augmentation = {"shift 2", "crop 4", "flip"};
  const Judgement judgement = testing::fake_judgement(study);
  const StudyView view(study, judgement);
  EXPECT_THAT(parameter_groups_py(view), HasSubstr("return nn.CrossEntropyLoss(label_smoothing=0.1)"));
  EXPECT_THAT(parameter_groups_py(view),
              HasSubstr("transforms.Pad(2, padding_mode=\"edge\"), transforms.RandomCrop((height, width)),\n"
                        "        transforms.RandomCrop((height, width), padding=4),\n"
                        "        transforms.RandomHorizontalFlip(),\n    ])\n"));
  EXPECT_THAT(study_file_lines(view), HasSubstr("label_smoothing = 0.1\n"));
  EXPECT_THAT(study_file_lines(view), HasSubstr("augment = [\"shift 2\", \"crop 4\", \"flip\"]\n"));
}

TEST(Snippet, a_batch_norm_needs_more_than_the_short_one) {
  StudySnapshot study = testing::fake_study();
  Judgement judgement = testing::fake_judgement(study);
  EXPECT_TRUE(short_snippet(StudyView(study, judgement)));
  study.networks.at(0).layers.push_back({"batchnorm", "6x28x28", 12, "conv"});
  EXPECT_FALSE(short_snippet(StudyView(study, judgement)));
}

TEST(Snippet, without_a_choice_it_says_so) {
  testing::FakeOptions options;
  options.etas = {1.0, 2.0};
  const StudySnapshot study = testing::fake_study(options);
  const Judgement judgement = testing::fake_judgement(study);
  const StudyView view(study, judgement);
  EXPECT_THAT(parameter_groups_py(view), HasSubstr("ETA = None"));
  EXPECT_FALSE(short_snippet(view));
  EXPECT_THAT(study_file_lines(view), Not(HasSubstr("settings")));
}

TEST(Snippet, odd_names_stay_within_their_quotes) {
  StudySnapshot study = testing::fake_study();
  study.name = "a\"\"\"b\\";
  study.definition.groups[0].name = "c\"d";
  const Judgement judgement = testing::fake_judgement(study);
  const std::string code = parameter_groups_py(StudyView(study, judgement));
  EXPECT_THAT(code, HasSubstr("Study: ab\n"));
  EXPECT_THAT(code, HasSubstr("{\"c\\\"d\": 0.1"));
}

testing::FakeOptions more_than_etas() {
  testing::FakeOptions options;
  options.etas = {0.1};
  options.axes = {
      testing::varied(Quantity::momentum, "conv", {0.5}), testing::varied(Quantity::weight_decay, "", {1e-4}),
      testing::varied(Quantity::label_smoothing, "", {0.1}), testing::varied(Quantity::batch, "", {32})};
  return options;
}

TEST(Snippet, carries_all_that_is_varied) {
  StudySnapshot study = testing::fake_study(more_than_etas());
  study.definition.training.optimizer.name = "nesterov";
  const Judgement judgement = testing::fake_judgement(study);
  const StudyView view(study, judgement);
  const std::string code = parameter_groups_py(view);
  for (const char* line :
       {"ETA = {\"conv\": 0.1, \"full\": 0.1}  # the recommendation\n",
        "OPTIONS = {\"conv\": {\"momentum\": 0.5, \"weight_decay\": 0.0001, \"nesterov\": True}, "
        "\"full\": {\"momentum\": 0.9, \"weight_decay\": 0.0001, \"nesterov\": True}}",
        "LABEL_SMOOTHING = 0.1 ", "BATCH = 32 ",
        "def parameter_groups(model, eta=ETA, options=OPTIONS):", "\"name\": name, **options[name]}",
        "return torch.optim.SGD(parameter_groups(model, eta, options), momentum=0.9)",
        "nn.CrossEntropyLoss(label_smoothing=LABEL_SMOOTHING)"})
    EXPECT_THAT(code, HasSubstr(line));
  const std::string brief = short_snippet(view).value();
  EXPECT_THAT(brief,
              HasSubstr("\"lr\": 0.1, \"momentum\": 0.5, \"weight_decay\": 0.0001, \"nesterov\": True}"));
  EXPECT_THAT(brief, HasSubstr("CrossEntropyLoss(label_smoothing=0.1)"));
  EXPECT_THAT(brief, HasSubstr("minibatches of 32"));
}

TEST(Snippet, study_file_lines_carry_all_that_is_varied) {
  StudySnapshot study = testing::fake_study(more_than_etas());
  study.definition.training.optimizer.name = "momentum";
  const Judgement judgement = testing::fake_judgement(study);
  const std::string lines = study_file_lines(StudyView(study, judgement));
  for (const char* line :
       {"momentum = {conv = [0.5], full = [0.9]}\n", "weight_decay = 0.0001\n", "label_smoothing = 0.1\n",
        "[study]\nbatch = 32\n", "[eta]\nconv = [0.1]\nfull = [0.1]\n"})
    EXPECT_THAT(lines, HasSubstr(line));
}

}  // namespace
}  // namespace etalon::report
