/// Training with dlib: dlib_speed CASE SECONDS. For lenet5 and vgg-small.
#include <algorithm>
#include <memory>

#include <dlib/dnn.h>

#include "bench/versus/case.h"

namespace {

using namespace dlib;
using versus::Case;

template <long outputs, long kernel, long padding, class Below>
using conv = add_layer<con_<outputs, kernel, kernel, 1, 1, padding, padding>, Below>;
template <class Below>
using pool = max_pool<2, 2, 2, 2, Below>;
using start = input<matrix<float>>;

using lenet5 = loss_multiclass_log<
    fc<10, relu<fc<84, relu<fc<120, pool<relu<conv<16, 5, 0, pool<relu<conv<6, 5, 2, start>>>>>>>>>>>>;
template <long outputs, class Below>
using pair_of = pool<relu<conv<outputs, 3, 1, relu<conv<outputs, 3, 1, Below>>>>>;
using vgg_small = loss_multiclass_log<fc<10, relu<fc<256, pair_of<64, pair_of<32, start>>>>>>;

template <unsigned long outputs, fc_bias_mode mode>
bool is_dense(const fc_<outputs, mode>&) {
  return true;
}
template <class Other>
bool is_dense(const Other&) {
  return false;
}

struct Steps {
  virtual ~Steps() = default;
  virtual double step(const Case& given, int k) = 0;
};

template <class Net>
class StepsOf : public Steps {
 public:
  explicit StepsOf(const Case& given) : solvers_(net_.num_computational_layers, sgd(0, 0)) {
    matrix<float> any(given.height, given.width);
    any = 0;
    net_.to_tensor(&any, &any + 1, images_);
    images_.set_size(given.batch, given.channels, given.height, given.width);
    images_ = 0;
    net_.subnet().forward(images_);  // only now have the layers their sizes
    load(given);
  }

  double step(const Case& given, int k) override {
    std::copy_n(given.images_of(k), images_.size(), images_.host_write_only());
    labels_.assign(given.labels_of(k), given.labels_of(k) + given.batch);
    const double loss = net_.compute_parameter_gradients(images_, labels_.begin());
    net_.update_parameters(make_sstack(solvers_), given.eta);
    return loss;
  }

 private:
  void load(const Case& given) {
    std::vector<std::pair<tensor*, bool>> found;  // from the output to the input
    visit_computational_layers(net_, [&](auto& layer) {
      tensor& values = layer.get_layer_params();
      if (values.size() != 0) found.push_back({&values, is_dense(layer)});
    });
    std::reverse(found.begin(), found.end());
    auto at = found.begin();
    for (const versus::Layer& layer : given.layers) {
      if (layer.weights == 0) continue;
      if (at == found.end() || at->first->size() != layer.weights + layer.biases)
        throw std::runtime_error("dlib's layer has other sizes than the case's");
      const float* from = given.parameters.data() + layer.first_parameter;
      float* to = at->first->host_write_only();
      std::copy_n(from, layer.weights + layer.biases, to);
      if (at->second) {  // dlib keeps [in][out]
        const std::size_t outputs = layer.outputs, inputs = layer.weights / outputs;
        for (std::size_t o = 0; o < outputs; ++o)
          for (std::size_t i = 0; i < inputs; ++i) to[i * outputs + o] = from[o * inputs + i];
      }
      ++at;
    }
  }

  Net net_;
  std::vector<sgd> solvers_;
  resizable_tensor images_;
  std::vector<unsigned long> labels_;
};

class Network {
 public:
  explicit Network(const Case& given) : case_(given) {
    if (given.network == "lenet5")
      steps_ = std::make_unique<StepsOf<lenet5>>(given);
    else if (given.network == "vgg-small")
      steps_ = std::make_unique<StepsOf<vgg_small>>(given);
    else
      throw std::runtime_error("dlib_speed: received " + given.network + ", expected lenet5 or vgg-small");
  }
  double step(int k) { return steps_->step(case_, k); }

 private:
  const Case& case_;
  std::unique_ptr<Steps> steps_;
};

}  // namespace

int main(int count, char** words) { return versus::run<Network>(count, words); }
