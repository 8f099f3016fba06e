#include "etalon/running/request.h"

#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "etalon/base/error.h"

namespace etalon {
namespace {

StudyRequest good_request() {
  StudyRequest request;
  request.plan.space.values = {default_etas(), default_etas()};
  return request;
}

std::string complaint(const std::function<void(StudyRequest&)>& spoil) {
  StudyRequest request = good_request();
  spoil(request);
  try {
    require_valid(request);
  } catch (const RequestError& error) {
    return error.what();
  }
  return "no complaint";
}

TEST(Request, the_default_is_valid) { EXPECT_NO_THROW(require_valid(good_request())); }

TEST(Request, refuses_etas_out_of_range) {
  for (const double eta :
       {0.0, -0.1, 10.5, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const std::string text = complaint([&](StudyRequest& request) { request.plan.space.values[1][2] = eta; });
    EXPECT_NE(text.find("eta: received eta "), std::string::npos) << text;
    EXPECT_NE(text.find("'full'"), std::string::npos) << text;
    const std::string single = complaint([&](StudyRequest& request) {
      request.plan.space.settings = {{{0.1, eta}}};
    });
    EXPECT_NE(single.find("'full'"), std::string::npos) << single;
  }
}

TEST(Request, refuses_lists_that_do_not_fit_the_groups) {
  EXPECT_NE(
      complaint([](StudyRequest& r) { r.plan.space.values.pop_back(); }).find("a list for each of the 2"),
      std::string::npos);
  EXPECT_NE(
      complaint([](StudyRequest& r) { r.plan.space.values[0].clear(); }).find("no eta for group 'conv'"),
      std::string::npos);
  EXPECT_NE(
      complaint([](StudyRequest& r) { r.plan.space.settings = {{{0.1}}}; }).find("a setting of 1 value"),
      std::string::npos);
}

TEST(Request, refuses_numbers_out_of_range) {
  EXPECT_NE(complaint([](StudyRequest& r) { r.batch = 0; }).find("batch: received 0"), std::string::npos);
  EXPECT_NE(complaint([](StudyRequest& r) { r.epochs = 0; }).find("epochs"), std::string::npos);
  EXPECT_NE(complaint([](StudyRequest& r) { r.plan.seeds = 0; }).find("seeds"), std::string::npos);
  EXPECT_NE(complaint([](StudyRequest& r) { r.plan.choice.speed_weight = 1.5; }).find("speed weight"),
            std::string::npos);
  EXPECT_NE(complaint([](StudyRequest& r) { r.plan.choice.divergence_limit = -1; }).find("divergence limit"),
            std::string::npos);
  EXPECT_NE(complaint([](StudyRequest& r) { r.plan.choice.target_loss = 0.0; }).find("target loss"),
            std::string::npos);
  EXPECT_NE(complaint([](StudyRequest& r) { r.sets.clear(); }).find("no data set"), std::string::npos);
}

}  // namespace
}  // namespace etalon
