#include "etalon/app/machine_request.h"

#include "etalon/app/study_file.h"
#include "etalon/app/values.h"

namespace etalon {

WorkerRequest machine_request(const std::vector<std::string>& data, const std::optional<std::string>& threads,
                              const std::optional<std::string>& memory) {
  WorkerRequest request;
  request.sources = data_sources(data, "--data");
  if (threads)
    request.threads = static_cast<std::uint32_t>(whole_number(*threads, "--threads", 1, limits::threads));
  if (memory) request.memory = byte_count(*memory, "--memory");
  return request;
}

}  // namespace etalon
