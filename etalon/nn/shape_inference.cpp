#include "etalon/nn/shape_inference.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

constexpr std::uint64_t most_values = 0x7FFF'FFFF;  // shapes and parameters are counted in 32 bits

std::uint32_t positions(std::uint32_t input, const LayerText& layer) {
  return (input + 2 * layer.padding - layer.kernel) / layer.stride + 1;
}

void require_room_for_window(const LayerText& layer, const TensorShape& input, const std::string& place) {
  const std::uint32_t least = layer.kernel - std::min(layer.kernel - 1, 2 * layer.padding);
  if (input.height >= least && input.width >= least) return;
  const std::string remedy =
      layer.kind == LayerKind::conv ? "a smaller kernel, more padding ('pad P')" : "a smaller window";
  throw RequestError({place, to_text(input), fmt::format("at least {0}x{0} in each channel", least),
                      "take " + remedy + ", or fewer pooling layers before it"});
}

void require_countable(std::uint64_t values, const char* what, const std::string& place) {
  if (values > most_values)
    throw RequestError({place, fmt::format("{} {}", values, what), fmt::format("at most {}", most_values),
                        "take fewer outputs, or more pooling before it"});
}

void lay_windows(LayerDescription& description, const LayerText& layer, const std::string& place) {
  const TensorShape& input = description.input;
  require_room_for_window(layer, input, place);
  description.kernel_height = description.kernel_width = layer.kernel;
  description.output = {input.channels, positions(input.height, layer), positions(input.width, layer)};
}

void add_weights(LayerDescription& description, std::uint32_t outputs, std::uint64_t fan_in,
                 const std::string& place) {
  require_countable(outputs * fan_in, "weights", place);
  description.weights = static_cast<std::uint32_t>(outputs * fan_in);
  description.biases = outputs;
}

void require_even_groups(std::uint32_t channels, const char* what, std::uint32_t groups,
                         const std::string& place) {
  if (channels % groups == 0) return;
  throw RequestError({place, fmt::format("{} {} channels in {} groups", channels, what, groups),
                      "a number of groups that divides the input's and the output's channels",
                      "take another number of outputs or groups; 'depthwise KxK' has one group a channel"});
}

void add_convolution(LayerDescription& description, const LayerText& layer, const std::string& place) {
  const std::uint32_t channels = description.input.channels;
  const bool depthwise = layer.groups == 0;
  description.channel_groups = depthwise ? channels : layer.groups;
  description.output.channels = depthwise ? channels : layer.outputs;
  require_even_groups(channels, "input", description.channel_groups, place);
  require_even_groups(description.output.channels, "output", description.channel_groups, place);
  const std::uint64_t seen = channels / description.channel_groups;
  add_weights(description, description.output.channels, seen * layer.kernel * layer.kernel, place);
  if (!layer.biases) description.biases = 0;
}

}  // namespace

LayerDescription infer_shapes(const LayerText& layer, const TensorShape& input, const std::string& place) {
  LayerDescription description;
  description.kind = layer.kind;
  description.text = layer.text;
  description.label = layer.label;
  description.input = description.output = input;
  description.stride = layer.stride;
  description.padding = layer.padding;
  description.parameter = layer.parameter;
  if (layer.kernel != 0) lay_windows(description, layer, place);
  if (layer.whole_plane) {
    description.kernel_height = input.height;
    description.kernel_width = input.width;
    description.output = {input.channels, 1, 1};
  }
  if (layer.kind == LayerKind::conv) {
    add_convolution(description, layer, place);
  } else if (layer.kind == LayerKind::dense) {
    description.output = {layer.outputs, 1, 1};
    add_weights(description, layer.outputs, input.size(), place);
  } else if (layer.kind == LayerKind::batchnorm) {
    add_weights(description, input.channels, 1, place);
    description.statistics = 2 * input.channels;
  }
  const TensorShape& output = description.output;
  require_countable(std::uint64_t{output.height} * output.width, "positions", place);
  require_countable(std::uint64_t{output.height} * output.width * output.channels, "values", place);
  return description;
}

std::uint32_t addend_stride(const TensorShape& addend, const TensorShape& sum, const std::string& place) {
  const auto kept = [](std::uint32_t edge, std::uint32_t stride) { return (edge - 1) / stride + 1; };
  const std::uint32_t longest = std::max(addend.height, addend.width);
  for (std::uint32_t stride = 1; addend.channels <= sum.channels && stride <= longest; ++stride)
    if (kept(addend.height, stride) == sum.height && kept(addend.width, stride) == sum.width) return stride;
  throw RequestError({place, fmt::format("{} to be added to {}", to_text(addend), to_text(sum)),
                      "the same shape, or one of which every second (third, ...) row and column fit, with no "
                      "more channels",
                      "bring it to that shape by a layer of its own: 'conv OUT 1x1 stride S from NAME'"});
}

}  // namespace etalon
