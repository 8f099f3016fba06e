/// One layer as it is written ("conv 6 5x5 pad 2"), read into numbers; no shapes yet, names not looked up.
#pragma once

#include <cstdint>
#include <string>

#include "etalon/nn/describe.h"

namespace etalon {

/// What the words of one layer say.
struct LayerText {
  LayerKind kind = LayerKind::relu;
  std::string text;           ///< the words, one blank between them
  std::string label;          ///< may be empty
  std::string source;         ///< "from NAME"; empty: the layer before
  std::string addend;         ///< add: NAME
  std::uint32_t outputs = 0;  ///< conv: channels; dense: values; 0: depthwise
  std::uint32_t kernel = 0;   ///< conv, maxpool, avgpool: edge of the square window
  std::uint32_t stride = 1;   ///< pooling: the window's edge unless given
  std::uint32_t padding = 0;  ///< conv, each side; smaller than the kernel
  std::uint32_t groups = 1;   ///< conv: of channels; 0: one a channel, and as many outputs (depthwise)
  bool biases = true;         ///< conv: false for "no-bias"
  bool whole_plane = false;   ///< avgpool: the window is the input's plane (gap)
  float parameter = 0;        ///< leaky-relu: slope in [0, 1]; dropout: share in [0, 1)
};

/// Reads one layer. Throws RequestError for unknown words, numbers out of range and anything left over;
/// `place` names the layer and begins the message.
LayerText read_layer(const std::string& written, const std::string& place);

}  // namespace etalon
