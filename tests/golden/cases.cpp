#include "tests/golden/cases.h"

#include <algorithm>

#include "etalon/base/digest.h"
#include "etalon/base/random.h"
#include "etalon/nn/initializer.h"
#include "etalon/nn/named_networks.h"

namespace etalon::golden {
namespace {

/// A tiny LeNet: what optimizers and schedules are tried on.
GoldenCase tiny_lenet(const std::string& file, const std::string& name) {
  GoldenCase result;
  result.file = file;
  result.name = name;
  result.shape = {1, 12, 12};
  result.classes = 5;
  result.layers = {"conv 4 5x5 pad 2", "relu",     "maxpool 2", "conv 6 3x3", "relu",
                   "maxpool 2",        "dense 16", "relu",      "dense 5"};
  result.groups = default_groups();
  result.eta = {0.03, 0.02};
  result.training.initializer = "he";
  return result;
}

std::vector<GoldenCase> optimizer_cases() {
  std::vector<GoldenCase> cases;
  for (const std::string name : {"sgd", "momentum", "nesterov", "adam", "adamw"})
    for (const double weight_decay : {0.0, 0.1}) {
      cases.push_back(tiny_lenet("optimizers", weight_decay == 0 ? name : name + " with weight decay"));
      cases.back().training.optimizer.name = name;
      cases.back().training.optimizer.weight_decay = weight_decay;
      if (name.starts_with("adam")) cases.back().eta = {0.004, 0.002};
      if (name == "momentum" || name == "nesterov") cases.back().eta = {0.01, 0.008};
    }
  for (const std::string name : {"sgd", "momentum", "nesterov", "adam", "adamw"}) {
    cases.push_back(tiny_lenet("optimizers", name + " with numbers of each group's own"));
    cases.back().training.optimizer.name = name;
    if (name.starts_with("adam")) cases.back().eta = {0.004, 0.002};
    if (name == "momentum" || name == "nesterov") cases.back().momentum = {0.5, 0.8};
    cases.back().weight_decay = {0.02, 0.1};
  }
  return cases;
}

std::vector<GoldenCase> schedule_cases() {
  std::vector<GoldenCase> cases;
  for (const std::string name : {"constant", "step", "cosine", "exponential"})
    for (const double warmup_epochs : {0.0, 0.6}) {
      cases.push_back(tiny_lenet("schedules", warmup_epochs == 0 ? name : name + " after warm-up"));
      cases.back().training.schedule = {name, warmup_epochs, 1.2, 0.4};
    }
  return cases;
}

/// One of the larger networks known by name, on images as small as it takes.
GoldenCase named_network(const std::string& name) {
  GoldenCase result = tiny_lenet("networks", name);
  result.shape = {3, 16, 16};
  const auto& known = named_networks();
  result.layers = std::ranges::find(known, name, &NamedNetwork::name)->hidden_layers;
  result.layers.emplace_back("dense 5");
  // Larger ones would test rounding: by it a ReLU near 0 opens or shuts, and batch norm over 2x2 magnifies
  // it.
  if (name == "wide")
    result.eta = {2e-4, 1e-3};
  else
    result.eta = {1e-5, 1e-4};
  return result;
}

/// Networks that reach every kind of layer, stride and padding, each with another initializer.
std::vector<GoldenCase> network_cases() {
  GoldenCase strided = tiny_lenet("networks", "strides, leaky ReLU and average pooling");
  strided.shape = {3, 11, 9};
  strided.classes = 4;
  strided.layers = {"conv 5 3x3 stride 2 pad 1",
                    "leaky-relu 0.1",
                    "conv 6 3x3 pad 1",
                    "tanh",
                    "avgpool 2",
                    "dense 12",
                    "sigmoid",
                    "dense 4"};
  strided.training.optimizer.name = "momentum";
  strided.training.initializer = "glorot";

  GoldenCase overlapping = tiny_lenet("networks", "overlapping windows and one-by-one kernels");
  overlapping.shape = {2, 14, 14};
  overlapping.classes = 3;
  overlapping.layers = {"conv 3 4x4 pad 1",   "tanh",   "maxpool 3 stride 2", "conv 9 1x1", "leaky-relu",
                        "avgpool 3 stride 1", "dense 3"};
  overlapping.training.initializer = "he-uniform";
  overlapping.training.optimizer.name = "nesterov";
  overlapping.training.optimizer.momentum = 0.7;

  GoldenCase dense = tiny_lenet("networks", "dense layers alone");
  dense.shape = {1, 6, 7};
  dense.classes = 3;
  dense.layers = {"dense 20", "sigmoid", "dense 10", "tanh", "dense 3"};
  dense.groups = {{"first", {"#1"}}, {"middle", {"#2"}}, {"last", {"#3"}}};
  dense.eta = {0.02, 0.01, 0.005};
  dense.training.initializer = "glorot-uniform";
  dense.training.optimizer = {"adamw", 0.9, 0.8, 0.99, 1e-6, 0.05};
  dense.training.schedule = {"cosine", 1.0, 1.0, 0.1};

  GoldenCase seven = tiny_lenet("networks", "large kernels and a convolution at the end");
  seven.layers = {"conv 8 7x7 pad 3", "relu",      "maxpool 3", "conv 10 3x3 stride 1", "relu",
                  "avgpool 2",        "conv 5 1x1"};
  seven.groups = {{"all", {"conv"}}};
  seven.eta = {0.02};

  GoldenCase as_torch = tiny_lenet("networks", "initial weights and biases as PyTorch's");
  as_torch.training.initializer = "torch";
  as_torch.eta = {0.2, 0.2};

  GoldenCase smoothed = tiny_lenet("networks", "smoothed labels");
  smoothed.training.label_smoothing = 0.2;

  GoldenCase residual = tiny_lenet("networks", "batch norm and shortcuts with and without weights");
  residual.shape = {3, 11, 11};
  residual.layers = {"conv 6 3x3 pad 1 no-bias",
                     "batchnorm",
                     "relu label block",
                     "conv 6 3x3 pad 1 no-bias",
                     "batchnorm",
                     "add block",
                     "relu label block",
                     "conv 10 3x3 stride 2 pad 1 no-bias",
                     "batchnorm",
                     "add block",
                     "relu label block",
                     "conv 12 3x3 stride 2 pad 1 no-bias",
                     "batchnorm label body",
                     "conv 12 1x1 stride 2 no-bias from block",
                     "batchnorm",
                     "add body",
                     "relu",
                     "gap",
                     "dense 5"};
  residual.training.optimizer.name = "momentum";

  GoldenCase grouped = tiny_lenet("networks", "groups of channels, GELU and SiLU");
  grouped.shape = {4, 9, 9};
  grouped.layers = {"conv 8 3x3 pad 1 groups 2",
                    "gelu",
                    "depthwise 3x3 stride 2 pad 1",
                    "silu",
                    "conv 6 1x1 no-bias",
                    "gelu",
                    "dense 12 label head",
                    "batchnorm",
                    "silu",
                    "dense 5"};
  std::vector<GoldenCase> cases{strided, overlapping, dense, seven, as_torch, smoothed, residual, grouped};
  for (const char* name : {"wide", "resnet18", "mobilenet-small"}) cases.push_back(named_network(name));
  return cases;
}

std::vector<std::uint8_t> labels_of(const DataSet& data, const std::vector<std::uint32_t>& indices) {
  std::vector<std::uint8_t> labels;
  for (const std::uint32_t index : indices) labels.push_back(data.training.labels[index]);
  return labels;
}

std::vector<float> normalized_images(const DataSet& data, const Split& split,
                                     const std::vector<std::uint32_t>& indices) {
  const Normalization normalization = normalization_of(data, split);
  const std::uint32_t plane = data.shape.height * data.shape.width;
  std::vector<float> images;
  for (const std::uint32_t index : indices)
    for (std::uint32_t i = 0; i < data.shape.size(); ++i) {
      const float pixel = data.training.pixels[std::size_t{index} * data.shape.size() + i];
      images.push_back((pixel / 255.0f - normalization.mean[i / plane]) *
                       normalization.inverse_deviation[i / plane]);
    }
  return images;
}

std::vector<std::vector<std::uint32_t>> all_batches() {
  std::vector<std::vector<std::uint32_t>> batches;
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    const auto order = batch_order(samples, batch, study_seed, seed_index, epoch);
    for (auto first = order.begin(); first != order.end(); first += batch)
      batches.emplace_back(first, first + batch);
  }
  return batches;
}

template <typename Value>
void add(Digest& digest, const std::vector<Value>& values) {
  digest.add({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(Value)});
}

}  // namespace

std::vector<GoldenCase> golden_cases() {
  std::vector<GoldenCase> cases = optimizer_cases();
  std::ranges::copy(schedule_cases(), std::back_inserter(cases));
  std::ranges::copy(network_cases(), std::back_inserter(cases));
  return cases;
}

DataSet patterns(const ImageShape& shape, std::uint32_t classes) {
  RandomSequence sequence({study_seed, 0, Purpose::generated_set});
  std::vector<double> centres;
  for (std::uint32_t i = 0; i < classes * shape.size(); ++i) centres.push_back(sequence.uniform(50, 205));
  DataSet data;
  data.name = data.source = "patterns";
  data.shape = shape;
  data.classes = classes;
  for (LabelledImages* part : {&data.training, &data.test})
    for (std::uint32_t n = 0; n < samples + validation; ++n) {
      const std::uint32_t label = n % classes;
      part->labels.push_back(static_cast<std::uint8_t>(label));
      for (std::uint32_t i = 0; i < shape.size(); ++i)
        part->pixels.push_back(
            static_cast<std::uint8_t>(centres[label * shape.size() + i] + sequence.uniform(-50, 50)));
    }
  return data;
}

GoldenInputs inputs_of(const GoldenCase& golden_case) {
  GoldenInputs inputs;
  const ImageShape& shape = golden_case.shape;
  inputs.data = patterns(shape, golden_case.classes);
  inputs.split = split_training_part(inputs.data, validation, samples, study_seed);
  inputs.network =
      describe_network({"", golden_case.layers}, golden_case.groups,
                       {shape.channels, shape.height, shape.width}, golden_case.classes, "golden");
  inputs.weights = initial_weights(inputs.network, golden_case.training.initializer, study_seed, seed_index);
  const Split& split = inputs.split;
  inputs.images = normalized_images(inputs.data, split, split.training);
  inputs.labels = labels_of(inputs.data, split.training);
  inputs.validation_images = normalized_images(inputs.data, split, split.validation);
  inputs.validation_labels = labels_of(inputs.data, split.validation);
  inputs.batches = all_batches();
  return inputs;
}

std::string digest_of(const GoldenInputs& inputs) {
  Digest digest;
  add(digest, inputs.weights);
  add(digest, inputs.images);
  add(digest, inputs.labels);
  for (const auto& indices : inputs.batches) add(digest, indices);
  return digest.finish();
}

}  // namespace etalon::golden
