#include "tests/storage/flaky_way.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "etalon/base/random.h"

namespace etalon {
namespace {

int connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return server;
  ::close(server);
  return -1;
}

bool write_all(int to, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::send(to, bytes, count, MSG_NOSIGNAL);
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

FlakyWay::FlakyWay(std::string to_socket, Flakiness flakiness)
    : to_socket_(std::move(to_socket)),
      flakiness_(flakiness),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen on 127.0.0.1");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_until_stopped(); });
}

FlakyWay::~FlakyWay() {
  stop_ = true;
  acceptor_.join();
  connections_.clear();
  ::close(listener_);
}

std::string FlakyWay::address() const {
  return "postgresql://etalon@127.0.0.1:" + std::to_string(port_) + "/etalon?sslmode=disable";
}

void FlakyWay::accept_until_stopped() {
  while (!stop_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 50) <= 0) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    const auto number = static_cast<std::uint32_t>(connections_.size());
    if (client >= 0) connections_.emplace_back([this, client, number] { pass(client, number); });
  }
}

void FlakyWay::pass(int client, std::uint32_t number) {
  RandomSequence random({.study_seed = 1, .purpose = Purpose::resampling}, number);
  std::int64_t left =
      flakiness_.longest_life_bytes == 0 ? INT64_MAX : random.below(flakiness_.longest_life_bytes);
  const int server = connect_to(to_socket_);
  std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
  std::array<char, 4096> bytes{};
  bool open = server >= 0;
  while (open && !stop_) {
    if (::poll(ends.data(), ends.size(), 50) <= 0) continue;
    for (std::size_t from = 0; from < 2 && open; ++from) {
      if ((ends[from].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      const ssize_t count = ::read(ends[from].fd, bytes.data(), bytes.size());
      if (count <= 0) open = false;
      if (!open) break;
      if (flakiness_.longest_delay_millis > 0) ::usleep(random.below(flakiness_.longest_delay_millis * 1000));
      const auto passed = static_cast<std::size_t>(std::min<std::int64_t>(count, left));
      left -= count;
      open = write_all(ends[1 - from].fd, bytes.data(), passed) && left > 0;
      if (left <= 0) ++cuts_;
    }
  }
  ::close(client);
  if (server >= 0) ::close(server);
}

}  // namespace etalon
