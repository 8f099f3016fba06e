#include <limits>

#include "etalon/app/further_axes.h"
#include "etalon/app/options/given.h"
#include "etalon/app/options/request.h"
#include "etalon/app/options/rows.h"
#include "etalon/app/set_list.h"
#include "etalon/app/study_axes.h"
#include "etalon/training/trainer.h"

namespace etalon {
namespace {

using enum Command;
using To = Request;

constexpr std::uint32_t many = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t most_epochs = 100'000, most_settings = 1'000'000, most_confirming = 1000;
constexpr Commands only_decide{decide};

constexpr Option definition[] = {
    {.name = "--data",
     .value = "SET[,SET...]",
     .help = "Data sets; see 'etalon data list'",
     .standard = "shapes,digits,scenes",
     .key = {"data", "sets", "list of sets, as `etalon data list` shows them",
             "`[\"shapes\", \"digits\", \"scenes\"]`"},
     .field = Field::data,
     .read = [](const Given& given, To& to) { to.study.sets = given.list(set_list); }},
    {.name = "--augment",
     .value = "STEP[,STEP...]",
     .help = "Random changes to training images, in this order:\n'shift N', 'crop N', flip",
     .standard = "none",
     .key = {"data", "augment",
             "list of random changes to training images: `\"shift 2\"`, `\"crop 4\"`, `\"flip\"`"},
     .field = Field::augmentation,
     .read = [](const Given& given, To& to) { to.study.augmentation = given.list(name_list); }},
    {.name = "--network",
     .value = "NAME",
     .help = "lenet5, vgg-small, wide, mlp, resnet20, resnet18 or\n"
             "mobilenet-small; a study file can list layers",
     .standard = "lenet5",
     .key = {"network", "name",
             "`lenet5`, `vgg-small`, `wide`, `mlp`, `resnet20`, `resnet18`, `mobilenet-small`", "`lenet5`"},
     .field = Field::network,
     .read =
         [](const Given& given, To& to) {
           to.study.network = {given.text(), {}};
         }},
    {.key = {"network", "layers", "list of layers, instead of `name`"},
     .field = Field::network,
     .read =
         [](const Given& given, To& to) {
           to.study.network = {"", read_layers(given)};
         }},
    {.key = {"groups", "any name", "list of selectors", "`conv = [\"conv\"]`, `full = [\"dense\"]`", true},
     .field = Field::groups,
     .read = [](const Given& given, To& to) { to.study.groups = read_groups(given.table()); }},
    {.name = "--eta",
     .value = "GROUP=V,V,...",
     .help = "Learning rates to try for a layer group, each above 0\n"
             "and up to 10; once for each group, conv and full",
     .standard = "1e-4,1e-3,1e-2,1e-1,1 for each",
     .key = {"eta", "a group", "list of values, or `{from, to, cells}`", "1e-4, 1e-3, 1e-2, 1e-1, 1", true},
     .field = Field::eta,
     .repeats = true,
     .read = [](const Given& given, To& to) { read_etas(given, to.study); }},
    {.key = {"eta", "settings", "list of settings, instead of lists"},
     .field = Field::eta,
     .read = [](const Given& given, To& to) { read_settings(given.table(), to.study); }},
    {.name = "--optimizer",
     .value = "NAME",
     .help = "sgd, momentum, nesterov, adam or adamw",
     .standard = "sgd",
     .key = {"training", "optimizer", "`sgd`, `momentum`, `nesterov`, `adam`, `adamw`", "`sgd`"},
     .field = Field::optimizer,
     .read =
         [](const Given& given, To& to) {
           to.study.training.optimizer.name = given.one_of("optimizer", known_optimizers());
         }},
    {.name = "--momentum",
     .value = "[GROUP=]V[,V...]",
     .help = "Momentum of all layers, or of a group; of several values\neach is tried",
     .standard = "0.9",
     .key =
         {"training", "momentum",
          "from 0 to below 1; momentum, nesterov. A list of values is tried, in a table of groups for each "
          "by itself"},
     .field = Field::momentum,
     .repeats = true,
     .read = [](const Given& given, To& to) { read_quantity(given, Quantity::momentum, to); }},
    {.standard = "0.9",
     .key = {"training", "beta1", "from 0 to below 1; adam, adamw"},
     .read = [](const Given& given,
                To& to) { to.study.training.optimizer.beta1 = given.number(ranges::below_one); }},
    {.standard = "0.999",
     .key = {"training", "beta2", "from 0 to below 1; adam, adamw"},
     .read = [](const Given& given,
                To& to) { to.study.training.optimizer.beta2 = given.number(ranges::below_one); }},
    {.standard = "1e-8",
     .key = {"training", "epsilon", "above 0; adam, adamw"},
     .read = [](const Given& given,
                To& to) { to.study.training.optimizer.epsilon = given.number(ranges::positive); }},
    {.name = "--weight-decay",
     .value = "[GROUP=]V[,V...]",
     .help = "Weight decay of all layers, or of a group; of several\nvalues each is tried",
     .standard = "0",
     .key = {"training", "weight_decay",
             "0 or more; a list of values is tried, in a table of groups for each by itself"},
     .field = Field::weight_decay,
     .repeats = true,
     .read = [](const Given& given, To& to) { read_quantity(given, Quantity::weight_decay, to); }},
    {.standard = "`constant`",
     .key = {"training", "schedule", "`constant`, `step`, `cosine`, `exponential`"},
     .read = [](const Given& given,
                To& to) { to.study.training.schedule.name = given.one_of("schedule", known_schedules()); }},
    {.standard = "0",
     .key = {"training", "warmup", "epochs of linear rise before the schedule"},
     .field = Field::warmup,
     .read = [](const Given& given,
                To& to) { to.study.training.schedule.warmup_epochs = given.number(ranges::not_negative); }},
    {.standard = "1",
     .key = {"training", "step_epochs", "epochs between two steps; step"},
     .field = Field::step_epochs,
     .read = [](const Given& given,
                To& to) { to.study.training.schedule.step_epochs = given.number(ranges::positive); }},
    {.standard = "0.1",
     .key = {"training", "factor", "above 0 and up to 1; step: each step, exponential: each epoch"},
     .read = [](const Given& given,
                To& to) { to.study.training.schedule.factor = given.number(ranges::share_above_zero); }},
    {.standard = "`torch`",
     .key = {"training", "initializer", "`torch`, `he`, `he-uniform`, `glorot`, `glorot-uniform`"},
     .read =
         [](const Given& given, To& to) {
           to.study.training.initializer = given.one_of("initializer", known_initializers());
         }},
    {.name = "--label-smoothing",
     .value = "V[,V...]",
     .help =
         "Share of each label spread over all classes while\ntraining, from 0 to below 1; several are tried",
     .standard = "0",
     .key = {"training", "label_smoothing", "from 0 to below 1, or a list of values to try"},
     .field = Field::label_smoothing,
     .read = [](const Given& given, To& to) { read_quantity(given, Quantity::label_smoothing, to); }},
    {.name = "--epochs",
     .value = "N",
     .help = "Passes over the training samples",
     .standard = "1",
     .key = {"study", "epochs", "passes over the training samples"},
     .field = Field::epochs,
     .read = [](const Given& given, To& to) { to.study.epochs = given.count(1, most_epochs); }},
    {.name = "--batch",
     .value = "N[,N...]",
     .help = "Samples a minibatch; several sizes are tried",
     .standard = "64",
     .key = {"study", "batch", "samples a minibatch, or a list of sizes to try"},
     .field = Field::batch,
     .read = [](const Given& given, To& to) { read_quantity(given, Quantity::batch, to); }},
    {.name = "--samples",
     .value = "N",
     .help = "Train on N samples only",
     .standard = "all",
     .key = {"study", "samples", "training samples used"},
     .field = Field::samples,
     .read = [](const Given& given, To& to) { to.study.samples = given.count(1, many); }},
    {.name = "--validation",
     .value = "N",
     .help = "Samples kept for validation",
     .standard = "a sixth of the training part",
     .key = {"study", "validation", "validation samples, cut off first, each class by its share"},
     .field = Field::validation,
     .read = [](const Given& given, To& to) { to.study.validation = given.count(1, many); }},
    {.name = "--study-seed",
     .value = "N",
     .help = "Seed of everything random",
     .standard = "0",
     .key = {"study", "study_seed", "seed of everything random"},
     .read = [](const Given& given,
                To& to) { to.study.study_seed = given.whole(0, std::numeric_limits<std::uint64_t>::max()); }},
};

constexpr Option plan[] = {
    {.name = "--seeds",
     .value = "N",
     .help = "Repetitions of a setting, with other initial weights\n"
             "and batch orders; of a race on average",
     .standard = "3; of a race of one group without --eta 5",
     .key = {"study", "seeds", "repetitions of each setting, of a race on average",
             "3; of a race of one group without a list of etas 5"},
     .field = Field::seeds,
     .read = [](const Given& given,
                To& to) { to.study.plan.seeds = given.count(1, first_confirmation_seed); }},
    {.name = "--strategy",
     .value = "NAME",
     .help = "race tries every setting once and repeats the better\n"
             "ones, grid repeats all alike, random draws some",
     .standard = "race",
     .key = {"search", "strategy", "`race`, `grid`, `random`", "`race`"},
     .field = Field::strategy,
     .read = [](const Given& given, To& to) { to.study.plan.strategy = given.text(); }},
    {.name = "--refine",
     .help = "Half steps between the etas join around the leaders\n"
             "of a race (default where no --eta is given)",
     .key = {"search", "refine", "`true`: half steps join around the leaders of a race",
             "`true` where no etas are listed"},
     .field = Field::refine,
     .read = [](const Given& given, To& to) { to.refine = given.truth(); }},
    {.name = "--no-refine",
     .help = "A race keeps to the etas of its grid",
     .key = {"search", "refine"},
     .field = Field::refine,
     .read =
         [](const Given& given, To& to) {
           if (to.has_typed("--refine"))
             throw RequestError({"--refine", given.place() + " too", "one of the two", ""});
           to.refine = false;
         }},
    {.name = "--confirm",
     .value = "N",
     .help = "Fresh seeds for each set's choice and its closest\n"
             "rival, never used to choose; 0: none",
     .standard = "8 with race, else 0",
     .key = {"search", "confirm", "fresh seeds for each set's choice and its closest rival, 0 to 1000",
             "8 with `race`, else 0"},
     .read = [](const Given& given, To& to) { to.confirmation = given.count(0, most_confirming); }},
    {.name = "--trials",
     .value = "N",
     .help = "Settings that random draws",
     .key = {"search", "trials", "settings that `random` draws"},
     .field = Field::trials,
     .read = [](const Given& given, To& to) { to.study.plan.trials = given.count(1, most_settings); }},
};

constexpr Option rules[] = {
    {.name = "--speed-weight",
     .commands = only_decide,
     .value = "W",
     .help = "0 (stability alone) to 1 (speed alone): what decides\n"
             "between settings of nearly the same accuracy",
     .key = {"choice", "speed_weight", "0 (stability alone) to 1 (speed alone)", "0.5"},
     .field = Field::speed_weight,
     .read = [](const Given& given,
                To& to) { to.study.plan.choice.speed_weight = given.number(ranges::share); }},
    {.name = "--divergence-limit",
     .commands = only_decide,
     .value = "L",
     .help = "Largest share of failing runs, from 0 to 1",
     .key = {"choice", "divergence_limit",
             "largest share of failing runs that may be chosen, as far as seeds tell", "0.1"},
     .field = Field::divergence_limit,
     .read = [](const Given& given,
                To& to) { to.study.plan.choice.divergence_limit = given.number(ranges::share); }},
    {.standard = "90 % of the best trial's way",
     .key = {"choice", "target", "`{accuracy = 0.97}`, `{loss = 0.1}` or both: what speed is measured to"},
     .field = Field::target,
     .read = [](const Given& given, To& to) { read_target(given.table(), to.study.plan.choice); }},
    {.name = "--target-loss",
     .commands = only_decide,
     .value = "X",
     .help = "Training loss that speed is measured to, above 0",
     .read = [](const Given& given,
                To& to) { to.study.plan.choice.target_loss = given.number(ranges::positive); }},
    {.name = "--target-accuracy",
     .commands = only_decide,
     .value = "X",
     .help = "Validation accuracy that speed is measured to, above 0\nand up to 1",
     .read = [](const Given& given,
                To& to) { to.study.plan.choice.target_accuracy = given.number(ranges::share_above_zero); }},
    {.name = "--current",
     .value = "G=V,G=V",
     .help = "Etas in use now, such as conv=0.1,full=0.01: what they\n"
             "cost is told; they must be among those tried",
     .key = {"choice", "current",
             "`{conv = 0.1, full = 0.1}`: the etas in use now, one for each group, among those tried; the "
             "conclusion says what they cost"},
     .field = Field::current,
     .read = [](const Given& given, To& to) { to.current = read_current(given); }},
    {.name = "--current",
     .commands = only_decide,
     .value = "G=V,G=V",
     .help = "Etas in use now, such as conv=0.1,full=0.01: what they\n"
             "cost; the study must have tried them",
     .field = Field::current,
     .read = [](const Given& given, To& to) { to.current = read_current(given); }},
};

}  // namespace

Options definition_rows() { return definition; }
Options plan_rows() { return plan; }
Options rules_rows() { return rules; }

}  // namespace etalon
