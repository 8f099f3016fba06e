#include "etalon/nn/layer_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/text.h"

namespace etalon {
namespace {

constexpr std::uint32_t most_outputs = 65536, most_window = 1024;

struct LayerForm {
  LayerKind kind;
  const char* word;
  const char* usage;
};

constexpr std::array<LayerForm, 15> forms{{
    {LayerKind::conv, "conv", "conv OUT KxK [stride S] [pad P] [groups G] [no-bias]"},
    {LayerKind::dense, "dense", "dense OUT"},
    {LayerKind::conv, "depthwise", "depthwise KxK [stride S] [pad P] [no-bias]"},
    {LayerKind::batchnorm, "batchnorm", "batchnorm"},
    {LayerKind::maxpool, "maxpool", "maxpool K [stride S]"},
    {LayerKind::avgpool, "avgpool", "avgpool K [stride S]"},
    {LayerKind::avgpool, "gap", "gap"},
    {LayerKind::add, "add", "add NAME"},
    {LayerKind::relu, "relu", "relu"},
    {LayerKind::leaky_relu, "leaky-relu", "leaky-relu [SLOPE]"},
    {LayerKind::tanh, "tanh", "tanh"},
    {LayerKind::sigmoid, "sigmoid", "sigmoid"},
    {LayerKind::gelu, "gelu", "gelu"},
    {LayerKind::silu, "silu", "silu"},
    {LayerKind::dropout, "dropout", "dropout SHARE"},
}};

std::vector<std::string> words_of(const std::string& written) {
  std::istringstream stream(written);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool starts_like_a_number(const std::string& word) { return word.find_first_of("+-.0123456789") == 0; }

/// Reads the words of one layer from left to right.
class LayerReader {
 public:
  LayerReader(std::vector<std::string> words, const std::string& place)
      : words_(std::move(words)), place_(place) {}

  LayerText read() {
    read_kind();
    read_numbers();
    while (next_ < words_.size()) read_option();
    layer_.text = join(words_, " ");
    if (layer_.kind == LayerKind::conv && layer_.padding >= layer_.kernel)
      refuse(fmt::format("pad {}", layer_.padding),
             fmt::format("padding smaller than the kernel of {0}x{0}", layer_.kernel));
    return layer_;
  }

 private:
  [[noreturn]] void refuse(const std::string& received, const std::string& expected) const {
    throw RequestError({place_, received, expected,
                        fmt::format("a layer is written: {} [label NAME] [from NAME]", form_->usage)});
  }

  void read_kind() {
    if (words_.empty())
      throw RequestError({place_, "an empty text", "a layer such as 'conv 6 5x5 pad 2'", ""});
    form_ = std::ranges::find_if(forms, [&](const LayerForm& form) { return words_[0] == form.word; });
    if (form_ == forms.end()) {
      std::vector<std::string> known;
      for (const LayerForm& form : forms) known.emplace_back(form.word);
      throw RequestError({place_, fmt::format("the unknown layer '{}'", words_[0]),
                          "one of " + join(known, ", "), hint_for(words_[0], known)});
    }
    layer_.kind = form_->kind;
    layer_.whole_plane = words_[0] == "gap";
    if (words_[0] == "depthwise") layer_.groups = 0;
  }

  bool has_window() const {
    return (layer_.kind == LayerKind::conv || layer_.kind == LayerKind::maxpool ||
            layer_.kind == LayerKind::avgpool) &&
           !layer_.whole_plane;
  }

  void read_numbers() {
    if (layer_.kind == LayerKind::add) layer_.addend = take("the label of the layer to add, or 'input'");
    if ((layer_.kind == LayerKind::conv && layer_.groups != 0) || layer_.kind == LayerKind::dense)
      layer_.outputs = number("the number of outputs", 1, most_outputs);
    if (layer_.kind == LayerKind::conv)
      layer_.kernel = square_kernel();
    else if (has_window())
      layer_.stride = layer_.kernel = number("the window's edge K", 1, most_window);
    if (layer_.kind == LayerKind::dropout) layer_.parameter = share("the share to drop", 0.0, 1.0, false);
    if (layer_.kind == LayerKind::leaky_relu) {
      const bool given = next_ < words_.size() && starts_like_a_number(words_[next_]);
      layer_.parameter = given ? share("the slope", 0.0, 1.0, true) : 0.01f;
    }
  }

  /// The words that may follow, each once.
  std::vector<std::string> options() const {
    if (layer_.kind == LayerKind::conv && layer_.groups == 0)
      return {"stride", "pad", "no-bias", "label", "from"};
    if (layer_.kind == LayerKind::conv) return {"stride", "pad", "groups", "no-bias", "label", "from"};
    if (has_window()) return {"stride", "label", "from"};
    return {"label", "from"};
  }

  void read_option() {
    const auto options = this->options();
    const std::string word = words_[next_++];
    if (std::ranges::find(options, word) == options.end())
      throw RequestError({place_, fmt::format("the unknown word '{}'", word),
                          "nothing more, or one of " + join(options, ", "), hint_for(word, options)});
    if (std::ranges::find(seen_, word) != seen_.end()) refuse(fmt::format("'{}' twice", word), "it once");
    seen_.push_back(word);
    if (word == "stride") layer_.stride = number("the stride", 1, most_window);
    if (word == "pad") layer_.padding = number("the padding", 0, most_window);
    if (word == "groups") layer_.groups = number("the number of channel groups", 1, most_outputs);
    if (word == "no-bias") layer_.biases = false;
    if (word == "label") layer_.label = take("the label's name");
    if (word == "from") layer_.source = take("the label of the layer to read, or 'input'");
  }

  std::string take(const std::string& what) {
    if (next_ == words_.size()) refuse("the end of the layer", what);
    return words_[next_++];
  }

  std::uint32_t number(const std::string& what, std::uint32_t least, std::uint32_t most) {
    const std::string word = take(what);
    const auto value = whole_number(word);
    if (!value || *value < least || *value > most)
      refuse(fmt::format("'{}'", word), fmt::format("{}, a whole number from {} to {}", what, least, most));
    return *value;
  }

  std::uint32_t square_kernel() {
    const std::string word = take("a square kernel such as 5x5");
    const auto edges = split_text(word, 'x');
    const auto edge = whole_number(edges[0]);
    if (edges.size() != 2 || edges[0] != edges[1] || !edge || *edge == 0 || *edge > most_window)
      refuse(fmt::format("'{}'", word),
             fmt::format("a square kernel such as 5x5, of 1x1 to {0}x{0}", most_window));
    return *edge;
  }

  float share(const std::string& what, double least, double most, bool most_included) {
    const std::string word = take(what);
    const auto value = parse_number(word);
    if (!value || !(*value >= least && (most_included ? *value <= most : *value < most)))
      refuse(fmt::format("'{}'", word),
             fmt::format("{}, a number in [{}, {}{}", what, least, most, most_included ? "]" : ")"));
    return static_cast<float>(*value);
  }

  std::vector<std::string> words_;
  const std::string& place_;
  std::size_t next_ = 1;
  const LayerForm* form_ = nullptr;
  std::vector<std::string> seen_;
  LayerText layer_;
};

}  // namespace

LayerText read_layer(const std::string& written, const std::string& place) {
  return LayerReader(words_of(written), place).read();
}

}  // namespace etalon
