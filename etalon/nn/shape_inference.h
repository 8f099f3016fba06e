/// From a layer's words and the shape that reaches it to its description.
#pragma once

#include "etalon/nn/describe.h"
#include "etalon/nn/layer_text.h"

namespace etalon {

/// The layer with its shapes, weights, biases and statistics; source, addend, group and first_parameter are
/// left open. A window is laid at positions 0, stride, 2 stride, ... while it fits whole: output = (input + 2
/// padding - kernel) / stride + 1, rounded down, as PyTorch has it. Throws RequestError if the layer does not
/// fit its input or grows beyond what can be counted; `place` names the layer and begins the message.
LayerDescription infer_shapes(const LayerText& layer, const TensorShape& input, const std::string& place);

/// The least s with which every s-th row and column of `addend` make the height and width of `sum`. Throws
/// RequestError if there is none or the addend has more channels than the sum.
std::uint32_t addend_stride(const TensorShape& addend, const TensorShape& sum, const std::string& place);

}  // namespace etalon
