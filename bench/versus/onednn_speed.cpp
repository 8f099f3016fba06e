/// Training with oneDNN's primitives alone: onednn_speed CASE SECONDS. Layouts are the library's choice,
/// weights are kept in the layout of the forward pass; reorders only where two primitives disagree.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <unordered_map>

#include <dnnl.hpp>

#include "bench/versus/case.h"

namespace {

using namespace dnnl;
using dims = memory::dims;
using tag = memory::format_tag;
using versus::Case;
using versus::Layer;

memory::desc of(const dims& shape, tag layout = tag::any) { return {shape, memory::data_type::f32, layout}; }
tag plain(std::size_t dimensions) { return dimensions == 4 ? tag::abcd : dimensions == 2 ? tag::ab : tag::a; }
float* data(const memory& values) { return static_cast<float*>(values.get_data_handle()); }

class Network {
 public:
  explicit Network(const Case& given) : case_(given), engine_(engine::kind::cpu, 0), stream_(engine_) {
    input_ = memory(of({case_.batch, case_.channels, case_.height, case_.width}, tag::nchw), engine_);
    memory values = input_;
    for (std::size_t k = 0; k < case_.layers.size(); ++k) {
      const Layer& layer = case_.layers[k];
      const bool rectify = k + 1 < case_.layers.size() && case_.layers[k + 1].kind == "relu";
      if (layer.kind == "conv") values = convolution(layer, values, rectify, k == 0);
      if (layer.kind == "dense") values = dense(layer, values, rectify, k == 0);
      if (layer.kind == "maxpool") values = pool(layer, values);
    }
    logits_ = as(values, of(values.get_desc().dims(), tag::ab), forward_);
    gradient_ = memory(logits_.get_desc(), engine_);
    memory gradient = gradient_;
    for (auto back = backs_.rbegin(); back != backs_.rend(); ++back) gradient = (*back)(gradient);
  }

  double step(int k) {
    std::memcpy(data(input_), case_.images_of(k), input_.get_desc().get_size());
    run(forward_);
    const double loss = cross_entropy(case_.labels_of(k));
    run(backward_);
    for (const auto& [values, gradient] : parameters_) {
      float* w = data(values);
      const float* g = data(gradient);
      const std::size_t count = values.get_desc().get_size() / sizeof(float);
      for (std::size_t i = 0; i < count; ++i) w[i] -= case_.eta * g[i];
    }
    return loss;
  }

 private:
  struct Call {
    primitive what;
    std::unordered_map<int, memory> arguments;
  };
  using Program = std::vector<Call>;

  void run(const Program& program) {
    for (const Call& call : program) call.what.execute(stream_, call.arguments);
    stream_.wait();
  }

  memory make(const memory::desc& desc) { return memory(desc, engine_); }

  /// `values` in the layout `wanted`, by a reorder in `program` if they are not.
  memory as(const memory& values, const memory::desc& wanted, Program& program) {
    if (values.get_desc() == wanted) return values;
    memory result = make(wanted);
    program.push_back({reorder(values, result), {{DNNL_ARG_FROM, values}, {DNNL_ARG_TO, result}}});
    return result;
  }

  memory parameter(const memory::desc& desc, const float* values) {
    memory result = make(desc);
    std::memset(data(result), 0, desc.get_size());
    memory given(of(desc.dims(), plain(desc.dims().size())), engine_, const_cast<float*>(values));
    reorder(given, result).execute(stream_, given, result);
    stream_.wait();
    return result;
  }

  static primitive_attr rectified(bool rectify) {
    primitive_attr attributes;
    if (rectify) {
      post_ops after;
      after.append_eltwise(1.0f, algorithm::eltwise_relu, 0.0f, 0.0f);
      attributes.set_post_ops(after);
    }
    return attributes;
  }

  /// The gradient before a ReLU whose output is `output`.
  memory unrectify(const memory& output, memory gradient) {
    const auto kind = algorithm::eltwise_relu_use_dst_for_bwd;
    const memory::desc desc = output.get_desc();
    gradient = as(gradient, desc, backward_);
    const eltwise_forward::primitive_desc hint({prop_kind::forward_training, kind, desc, 0.0f}, engine_);
    const eltwise_backward::primitive_desc back({kind, desc, desc, 0.0f}, engine_, hint);
    memory result = make(desc);
    backward_.push_back(
        {eltwise_backward(back),
         {{DNNL_ARG_DST, output}, {DNNL_ARG_DIFF_DST, gradient}, {DNNL_ARG_DIFF_SRC, result}}});
    return result;
  }

  /// Runs a layer with weights forward and notes how to go back; the three descriptions come from the kind.
  template <class Kind>
  memory weighted(const Kind& kind, const Layer& layer, const memory& source, bool rectify, bool is_first) {
    const auto ahead = kind.forward(rectified(rectify), engine_);
    const memory weights = parameter(ahead.weights_desc(), case_.parameters.data() + layer.first_parameter);
    const memory biases = parameter(of({layer.outputs}, tag::x),
                                    case_.parameters.data() + layer.first_parameter + layer.weights);
    const memory output = make(ahead.dst_desc());
    forward_.push_back({primitive(ahead),
                        {{DNNL_ARG_SRC, as(source, ahead.src_desc(), forward_)},
                         {DNNL_ARG_WEIGHTS, weights},
                         {DNNL_ARG_BIAS, biases},
                         {DNNL_ARG_DST, output}}});
    // `as` above has put its reorder before this call
    backs_.push_back([=, this](memory gradient) {
      if (rectify) gradient = unrectify(output, gradient);
      memory below;
      if (!is_first) {
        const auto back = kind.backward_data(engine_, ahead);
        below = make(back.diff_src_desc());
        const memory dst = as(gradient, back.diff_dst_desc(), backward_);
        const memory w = as(weights, back.weights_desc(), backward_);
        backward_.push_back(
            {primitive(back), {{DNNL_ARG_DIFF_DST, dst}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DIFF_SRC, below}}});
      }
      const auto back = kind.backward_weights(engine_, ahead);
      const memory src = as(source, back.src_desc(), backward_),
                   dst = as(gradient, back.diff_dst_desc(), backward_);
      const memory dw = make(back.diff_weights_desc()), db = make(back.diff_bias_desc());
      backward_.push_back({primitive(back),
                           {{DNNL_ARG_SRC, src},
                            {DNNL_ARG_DIFF_DST, dst},
                            {DNNL_ARG_DIFF_WEIGHTS, dw},
                            {DNNL_ARG_DIFF_BIAS, db}}});
      parameters_.push_back({weights, as(dw, weights.get_desc(), backward_)});
      parameters_.push_back({biases, db});
      return below;
    });
    return output;
  }

  struct ConvolutionKind {
    memory::desc source, weights, bias, output;
    dims strides, padding;
    auto forward(const primitive_attr& attributes, const engine& on) const {
      return convolution_forward::primitive_desc({prop_kind::forward_training, algorithm::convolution_auto,
                                                  source, weights, bias, output, strides, padding, padding},
                                                 attributes, on);
    }
    auto backward_data(const engine& on, const convolution_forward::primitive_desc& ahead) const {
      return convolution_backward_data::primitive_desc(
          {algorithm::convolution_auto, source, weights, output, strides, padding, padding}, on, ahead);
    }
    auto backward_weights(const engine& on, const convolution_forward::primitive_desc& ahead) const {
      return convolution_backward_weights::primitive_desc(
          {algorithm::convolution_auto, source, weights, bias, output, strides, padding, padding}, on, ahead);
    }
  };

  struct DenseKind {
    memory::desc source, weights, bias, output;
    auto forward(const primitive_attr& attributes, const engine& on) const {
      return inner_product_forward::primitive_desc(
          {prop_kind::forward_training, source, weights, bias, output}, attributes, on);
    }
    auto backward_data(const engine& on, const inner_product_forward::primitive_desc& ahead) const {
      return inner_product_backward_data::primitive_desc({source, weights, output}, on, ahead);
    }
    auto backward_weights(const engine& on, const inner_product_forward::primitive_desc& ahead) const {
      return inner_product_backward_weights::primitive_desc({source, weights, bias, output}, on, ahead);
    }
  };

  memory convolution(const Layer& layer, const memory& source, bool rectify, bool is_first) {
    const dims in = source.get_desc().dims();
    const auto size = [&](std::int64_t n) {
      return (n + 2 * layer.padding - layer.kernel) / layer.stride + 1;
    };
    const ConvolutionKind kind{of(in),
                               of({layer.outputs, in[1], layer.kernel, layer.kernel}),
                               of({layer.outputs}, tag::x),
                               of({in[0], layer.outputs, size(in[2]), size(in[3])}),
                               {layer.stride, layer.stride},
                               {layer.padding, layer.padding}};
    return weighted(kind, layer, source, rectify, is_first);
  }

  memory dense(const Layer& layer, const memory& source, bool rectify, bool is_first) {
    const dims in = source.get_desc().dims();
    dims weights = in;
    weights[0] = layer.outputs;
    const DenseKind kind{of(in), of(weights), of({layer.outputs}, tag::x), of({in[0], layer.outputs})};
    return weighted(kind, layer, source, rectify, is_first);
  }

  memory pool(const Layer& layer, const memory& source) {
    const dims in = source.get_desc().dims(), window{layer.kernel, layer.kernel},
               step{layer.stride, layer.stride};
    const dims out{in[0], in[1], (in[2] - layer.kernel) / layer.stride + 1,
                   (in[3] - layer.kernel) / layer.stride + 1};
    const pooling_forward::primitive_desc ahead({prop_kind::forward_training,
                                                 algorithm::pooling_max,
                                                 source.get_desc(),
                                                 of(out),
                                                 step,
                                                 window,
                                                 {0, 0},
                                                 {0, 0}},
                                                engine_);
    const memory output = make(ahead.dst_desc()), winners = make(ahead.workspace_desc());
    forward_.push_back({pooling_forward(ahead),
                        {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, output}, {DNNL_ARG_WORKSPACE, winners}}});
    backs_.push_back([=, this](memory gradient) {
      const pooling_backward::primitive_desc back(
          {algorithm::pooling_max, ahead.src_desc(), ahead.dst_desc(), step, window, {0, 0}, {0, 0}}, engine_,
          ahead);
      const memory dst = as(gradient, back.diff_dst_desc(), backward_), below = make(back.diff_src_desc());
      backward_.push_back(
          {pooling_backward(back),
           {{DNNL_ARG_DIFF_DST, dst}, {DNNL_ARG_WORKSPACE, winners}, {DNNL_ARG_DIFF_SRC, below}}});
      return below;
    });
    return output;
  }

  /// Mean softmax cross-entropy of logits_, its gradient into gradient_.
  double cross_entropy(const std::int32_t* labels) {
    double loss = 0;
    for (int b = 0; b < case_.batch; ++b) {
      const float* z = data(logits_) + b * case_.classes;
      float* g = data(gradient_) + b * case_.classes;
      const float largest = *std::max_element(z, z + case_.classes);
      float sum = 0;
      for (int c = 0; c < case_.classes; ++c) sum += g[c] = std::exp(z[c] - largest);
      loss += std::log(sum) + largest - z[labels[b]];
      for (int c = 0; c < case_.classes; ++c)
        g[c] = (g[c] / sum - (c == labels[b] ? 1.0f : 0.0f)) / case_.batch;
    }
    return loss / case_.batch;
  }

  const Case& case_;
  engine engine_;
  stream stream_;
  Program forward_, backward_;
  std::vector<std::function<memory(memory)>> backs_;
  std::vector<std::pair<memory, memory>> parameters_;  ///< values and gradient, in the same layout
  memory input_, logits_, gradient_;
};

}  // namespace

int main(int count, char** words) { return versus::run<Network>(count, words); }
