#include "etalon/nn/named_networks.h"

#include <cstdint>

#include <fmt/format.h>

namespace etalon {
namespace {

using Layers = std::vector<std::string>;

/// A convolution whose biases the batch norm behind it would take away again.
void append_normed(Layers& layers, const std::string& convolution) {
  layers.push_back(convolution);
  layers.emplace_back("batchnorm");
}

std::string strided(std::uint32_t stride) { return stride == 1 ? "" : fmt::format(" stride {}", stride); }

/// Two convolutions, and around them the addition of what they were given: as it is, or, with `projected`,
/// through a 1x1 convolution of its own (options A and B).
void append_residual_block(Layers& layers, std::uint32_t channels, std::uint32_t stage, std::uint32_t stride,
                           bool projected) {
  append_normed(layers,
                fmt::format("conv {} 3x3{} pad 1 no-bias label stage{}", channels, strided(stride), stage));
  layers.emplace_back("relu");
  append_normed(layers, fmt::format("conv {} 3x3 pad 1 no-bias label stage{}", channels, stage));
  if (projected) {
    layers.back() += " label body";
    append_normed(layers, fmt::format("conv {} 1x1{} no-bias from block label stage{}", channels,
                                      strided(stride), stage));
  }
  layers.emplace_back(projected ? "add body" : "add block");
  layers.emplace_back("relu label block");
}

/// He et al. 2015, arXiv 1512.03385, section 4.2, n = 3: three stages of three blocks with 16, 32 and 64
/// channels, shortcuts of option A.
Layers resnet20_layers() {
  Layers layers{"conv 16 3x3 pad 1 no-bias label stem", "batchnorm", "relu label block"};
  for (std::uint32_t stage = 1; stage <= 3; ++stage)
    for (std::uint32_t block = 0; block < 3; ++block)
      append_residual_block(layers, 8u << stage, stage, stage > 1 && block == 0 ? 2 : 1, false);
  layers.emplace_back("gap");
  return layers;
}

/// The same paper's table 1, 18 layers, as it is used for 32x32 images: a first convolution of 3x3 with
/// stride 1 and no pooling behind it; shortcuts of option B.
Layers resnet18_layers() {
  Layers layers{"conv 64 3x3 pad 1 no-bias label stem", "batchnorm", "relu label block"};
  for (std::uint32_t stage = 1; stage <= 4; ++stage)
    for (std::uint32_t block = 0; block < 2; ++block) {
      const bool halved = stage > 1 && block == 0;
      append_residual_block(layers, 32u << stage, stage, halved ? 2 : 1, halved);
    }
  layers.emplace_back("gap");
  return layers;
}

/// The convolutions of VGG-11 (Simonyan and Zisserman 2014, arXiv 1409.1556) at 32x32, in pairs.
Layers wide_layers() {
  Layers layers;
  for (const std::uint32_t channels : {64u, 128u, 256u, 512u}) {
    if (channels > 64) layers.emplace_back("maxpool 2");
    for (int k = 0; k < 2; ++k) {
      layers.push_back(fmt::format("conv {} 3x3 pad 1", channels));
      layers.emplace_back("relu");
    }
  }
  layers.emplace_back("gap");
  return layers;
}

/// Howard et al. 2017, arXiv 1704.04861, cut down for 32x32 images: each block a depthwise convolution, then
/// one of 1x1.
Layers mobilenet_small_layers() {
  Layers layers;
  append_normed(layers, "conv 32 3x3 pad 1 no-bias label stem");
  layers.emplace_back("relu");
  struct Block {
    std::uint32_t channels, stride;
  };
  for (const Block& block : {Block{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}}) {
    append_normed(layers,
                  fmt::format("depthwise 3x3{} pad 1 no-bias label depthwise", strided(block.stride)));
    layers.emplace_back("relu");
    append_normed(layers, fmt::format("conv {} 1x1 no-bias label pointwise", block.channels));
    layers.emplace_back("relu");
  }
  layers.emplace_back("gap");
  return layers;
}

}  // namespace

const std::vector<NamedNetwork>& named_networks() {
  static const std::vector<NamedNetwork> networks{
      {"lenet5",
       {"conv 6 5x5 pad 2", "relu", "maxpool 2", "conv 16 5x5", "relu", "maxpool 2", "dense 120", "relu",
        "dense 84", "relu"}},
      {"vgg-small",
       {"conv 32 3x3 pad 1", "relu", "conv 32 3x3 pad 1", "relu", "maxpool 2", "conv 64 3x3 pad 1", "relu",
        "conv 64 3x3 pad 1", "relu", "maxpool 2", "dense 256", "relu"}},
      {"wide", wide_layers()},
      {"mlp", {"dense 256", "relu", "dense 128", "relu"}},
      {"resnet20", resnet20_layers()},
      {"resnet18", resnet18_layers()},
      {"mobilenet-small", mobilenet_small_layers()},
  };
  return networks;
}

}  // namespace etalon
