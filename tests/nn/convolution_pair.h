/// One convolution, run directly and by Winograd's algorithm on the same made-up numbers, for tests and
/// benchmarks.
#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>

#include <sys/mman.h>

#include "etalon/nn/convolution.h"
#include "etalon/nn/winograd.h"

namespace etalon::ETALON_INSTANCE {

/// Values in large pages, zero at first.
template <class L>
class Values {
 public:
  explicit Values(std::uint64_t count) {
    constexpr std::uint64_t page = 2u << 20;
    const std::uint64_t bytes = (count * sizeof(L) + page - 1) / page * page + page;
    memory_.reset(static_cast<L*>(std::aligned_alloc(page, bytes)));
    madvise(static_cast<void*>(memory_.get()), bytes, MADV_HUGEPAGE);
    std::memset(static_cast<void*>(memory_.get()), 0, bytes);
  }
  L* data() const { return memory_.get(); }

 private:
  struct Free {
    void operator()(L* memory) const { std::free(static_cast<void*>(memory)); }
  };
  std::unique_ptr<L, Free> memory_;
};

template <class L>
class ConvolutionPair {
 public:
  using Scalar = typename L::Scalar;
  using Bytes = typename L::Bytes;

  /// `layer`: a convolution of a plan that is given `batch` samples; its output gradient has every sample.
  ConvolutionPair(const NetworkPlan& plan, const LayerPlan& layer, std::uint32_t padding, std::uint32_t batch)
      : layer_(layer), batch_(batch), arena_(plan.values()), winograd_(winograd_plan(layer, padding, batch)) {
    transformed_ = Values<L>(winograd_.transformed);
    part_ = Values<L>(winograd_.part);
    total_ = Values<L>(winograd_.part);
    workspace_ = Values<L>(winograd_.workspace);
    output_ = Values<L>(layer.output.sample * batch + 64);
    input_gradients_ = Values<L>(layer.input_gradient.plane * layer.input.channels * batch + 64);
    direct_gradients_ = Values<L>(layer.input_gradient.plane * layer.input.channels * batch + 64);
    gradient_ = Values<L>(layer.weight_row * layer.output.channels + layer.output.channels);
    winners_ = Values<L>(layer.extra_sample * batch / 4 + 64);
    fill_tensor(layer.input, batch, 1);
    fill_tensor(layer.output_gradient, batch, 2);
    fill(arena_.data() + layer.weights, layer.weight_row * layer.output.channels, 3, Scalar(0.3));
    fill(arena_.data() + layer.biases, layer.output.channels, 4, Scalar(0.3));
  }

  void direct_forward() const {
    for (std::uint32_t b = 0; b < batch_; ++b) Convolution<L>(layer_, arena_.data()).forward(b);
  }
  /// With the part's borders that a network has; copies the input gradients where they are wanted.
  void direct_backward(bool wants_input, bool copy) const {
    LayerPlan layer = layer_;
    layer.wants_input_gradient = wants_input;
    const Convolution<L> direct(layer, arena_.data());
    for_parts([&](std::uint32_t part, std::uint32_t first, std::uint32_t end) {
      direct.clear_part();
      for (std::uint32_t b = first; b < end; ++b) {
        direct.backward(b);
        if (copy)
          std::memcpy(static_cast<void*>(direct_gradients_.data() + b * gradient_sample()),
                      static_cast<const void*>(arena_.data() + layer_.input_gradient.first),
                      gradient_sample() * sizeof(L));
      }
      direct.add_part(part == 0);
    });
  }

  void transform_weights() const {
    algorithm().transform_weights(arena_.data() + layer_.weights, transformed_.data());
  }
  void winograd_forward() const {
    algorithm().forward(transformed_.data(), arena_.data() + layer_.biases,
                        arena_.data() + layer_.input.first, output_.data(), winners(), batch_);
  }
  void winograd_backward(bool wants_input) const {
    const auto winograd = algorithm();
    for_parts([&](std::uint32_t part, std::uint32_t first, std::uint32_t end) {
      const typename Winograd<L>::OutputSide out{
          arena_.data() + layer_.output_gradient.first + first * layer_.output_gradient.sample,
          output_.data() + first * layer_.output.sample, winners() + first * layer_.extra_sample};
      winograd.backward(transformed_.data(), arena_.data() + layer_.input.first + first * layer_.input.sample,
                        out, part_.data(), true,
                        wants_input ? input_gradients_.data() + first * gradient_sample() : nullptr,
                        end - first);
      winograd.add_part(part_.data(), total_.data(), part == 0);
    });
    winograd.finish_gradient(total_.data(), gradient_.data(),
                             gradient_.data() + layer_.weight_row * layer_.output.channels);
  }

  const LayerPlan& layer() const { return layer_; }
  const WinogradPlan& plan() const { return winograd_; }
  const L* arena() const { return arena_.data(); }
  const L* output() const { return output_.data(); }
  const L* input_gradients() const { return input_gradients_.data(); }
  const L* direct_gradients() const { return direct_gradients_.data(); }
  const L* gradient() const { return gradient_.data(); }
  Bytes* winners() const { return reinterpret_cast<Bytes*>(winners_.data()); }
  std::uint64_t gradient_sample() const { return layer_.input_gradient.plane * layer_.input.channels; }

  /// Between -1 and 1, for any key and lane: the same for every width.
  static Scalar number(std::uint64_t key, std::uint32_t lane) {
    std::uint64_t x = (key * 64 + lane + 1) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return static_cast<Scalar>(static_cast<double>((x ^ (x >> 31)) >> 40) / (1 << 23) - 1);
  }

 private:
  static WinogradPlan winograd_plan(const LayerPlan& layer, std::uint32_t padding, std::uint32_t batch) {
    WinogradShape shape;
    shape.input = layer.input;
    shape.output = layer.output;
    shape.output_gradient = layer.output_gradient;
    shape.input_gradient = layer.input_gradient;
    shape.input_gradient.sample = layer.input_gradient.plane * layer.input.channels;
    shape.sums_height = layer.sums.height;
    shape.sums_width = layer.sums.width;
    shape.padding = padding;
    shape.weight_row = layer.weight_row;
    shape.rectify = layer.rectify;
    shape.pool = layer.pool;
    shape.winners_sample = layer.extra_sample;
    return plan_winograd(shape, batch);
  }
  Winograd<L> algorithm() const { return Winograd<L>(winograd_, workspace_.data()); }

  template <class Body>
  void for_parts(const Body& body) const {
    const std::uint32_t parts = batch_ < 4 ? batch_ : 4;
    for (std::uint32_t part = 0; part < parts; ++part)
      body(part, batch_ * part / parts, batch_ * (part + 1) / parts);
  }
  static void fill(L* to, std::uint64_t count, std::uint64_t key, Scalar scale) {
    Scalar* scalars = reinterpret_cast<Scalar*>(to);
    for (std::uint64_t k = 0; k < count; ++k)
      for (std::uint32_t lane = 0; lane < L::width; ++lane)
        scalars[k * L::width + lane] = scale * number(key << 32 | k, lane);
  }
  void fill_tensor(const Tensor& t, std::uint32_t batch, std::uint64_t key) const {
    std::uint64_t line = 0;
    for (std::uint32_t b = 0; b < batch; ++b)
      for (std::uint32_t c = 0; c < t.channels; ++c)
        for (std::uint32_t y = 0; y < t.height; ++y, ++line)
          fill(arena_.data() + t.first + b * t.sample + c * t.plane + y * t.row, t.width, key << 24 | line,
               Scalar(1));
  }

  LayerPlan layer_;
  std::uint32_t batch_;
  Values<L> arena_;
  WinogradPlan winograd_;
  Values<L> transformed_{0}, part_{0}, total_{0}, workspace_{0}, output_{0}, input_gradients_{0},
      direct_gradients_{0}, gradient_{0}, winners_{0};
};

}  // namespace etalon::ETALON_INSTANCE
