/// How fast a data set is opened, checks and fingerprint included:
///
///   load_speed DATA [ROUNDS]
///
/// DATA as for `etalon tune --data`; prints the number of images and the seconds of each round as one JSON
/// object.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "etalon/base/clock.h"
#include "etalon/base/error.h"
#include "etalon/data/open_data.h"

int main(int count, char** words) {
  if (count < 2 || count > 3) {
    std::fprintf(stderr, "usage: load_speed DATA [ROUNDS]\n");
    return 2;
  }
  const int rounds = count > 2 ? std::atoi(words[2]) : 5;
  try {
    std::string seconds;
    std::uint32_t training = 0, test = 0;
    for (int round = 0; round < rounds; ++round) {
      const double start = etalon::system_clock().steady_seconds();
      const etalon::DataSet data = etalon::open_data(words[1]);
      const double passed = etalon::system_clock().steady_seconds() - start;
      training = data.training.count(), test = data.test.count();
      seconds += (round == 0 ? "" : ", ") + std::to_string(passed);
    }
    std::printf("{\"training\": %u, \"test\": %u, \"seconds\": [%s]}\n", training, test, seconds.c_str());
  } catch (const etalon::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return static_cast<int>(error.code());
  }
  return 0;
}
