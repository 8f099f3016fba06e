/// A way to a server that delays what passes and cuts connections in the middle of anything.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace etalon {

struct Flakiness {
  std::uint32_t longest_delay_millis = 0;  ///< of every piece that passes
  std::uint32_t longest_life_bytes = 0;    ///< a connection is cut after a random share of so many; 0: never
};

/// Listens on 127.0.0.1 and passes bytes on to a Unix socket, a thread a connection.
class FlakyWay {
 public:
  FlakyWay(std::string to_socket, Flakiness flakiness);
  ~FlakyWay();
  FlakyWay(const FlakyWay&) = delete;
  FlakyWay& operator=(const FlakyWay&) = delete;

  std::string address() const;  ///< "postgresql://etalon@127.0.0.1:PORT/etalon"
  std::uint32_t cuts() const { return cuts_; }

 private:
  void accept_until_stopped();
  void pass(int client, std::uint32_t number);

  std::string to_socket_;
  Flakiness flakiness_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint32_t> cuts_ = 0;
  std::vector<std::jthread> connections_;
  std::jthread acceptor_;
};

}  // namespace etalon
