#include "etalon/data/packed_file.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <zlib.h>

#include "etalon/base/error.h"
#include "etalon/base/files.h"

namespace etalon {
namespace {

constexpr std::size_t smallest_gzip = 18;       // 10 bytes of header, 8 of trailer
constexpr std::uint64_t highest_ratio = 1032;   // deflate cannot pack more than this many bytes into one
constexpr std::size_t largest_piece = 1 << 30;  // zlib counts in 32 bits

bool is_gzip(const Bytes& bytes) { return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b; }

}  // namespace

struct PackedFile::State {
  std::string place;
  Bytes raw;
  bool gzip = false;
  bool ended = false;
  std::size_t consumed = 0;     // bytes of raw that were handed out (plain) or to zlib (gzip)
  std::uint64_t delivered = 0;  // bytes of contents
  z_stream stream{};

  ~State() {
    if (gzip) inflateEnd(&stream);
  }

  [[noreturn]] void refuse(std::string received) const {
    throw RequestError({place, std::move(received), "a whole gzip file", "fetch or pack the file again"});
  }

  std::size_t copy(std::span<std::uint8_t> into) {
    const std::size_t count = std::min(into.size(), raw.size() - consumed);
    if (count > 0) std::memcpy(into.data(), raw.data() + consumed, count);
    consumed += count;
    ended = consumed == raw.size();
    return count;
  }

  /// One call of zlib; returns the bytes it delivered.
  std::size_t inflate_piece(std::span<std::uint8_t> into) {
    const std::size_t input = std::min(raw.size() - consumed, largest_piece);
    const std::size_t output = std::min(into.size(), largest_piece);
    stream.next_in = raw.data() + consumed;
    stream.avail_in = static_cast<uInt>(input);
    stream.next_out = into.data();
    stream.avail_out = static_cast<uInt>(output);
    const int status = inflate(&stream, Z_NO_FLUSH);
    consumed += input - stream.avail_in;
    const std::size_t count = output - stream.avail_out;
    if (status == Z_STREAM_END)
      ended = true;
    else if (status == Z_BUF_ERROR || (status == Z_OK && count == 0 && consumed == raw.size()))
      refuse("a gzip stream that is cut off after " + std::to_string(delivered + count) + " unpacked bytes");
    else if (status != Z_OK)
      refuse(std::string("a damaged gzip stream (") + (stream.msg ? stream.msg : "checksum") + ")");
    return count;
  }

  std::size_t inflate_into(std::span<std::uint8_t> into) {
    std::size_t count = 0;
    while (count < into.size() && !ended) count += inflate_piece(into.subspan(count));
    return count;
  }
};

PackedFile::PackedFile(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.place = path.string();
  state.raw = read_bytes(path);
  const bool named_gzip = path.extension() == ".gz";
  if (named_gzip && !is_gzip(state.raw))
    throw RequestError({state.place, state.raw.empty() ? "an empty file" : "bytes that are no gzip file",
                        "a gzip file", "if it is unpacked already, take .gz from its name"});
  if (!is_gzip(state.raw)) return;
  if (state.raw.size() < smallest_gzip)
    state.refuse("a gzip file of " + std::to_string(state.raw.size()) + " bytes");
  if (inflateInit2(&state.stream, 15 + 16) != Z_OK)
    throw Failure({state.place, "zlib without memory", "room to unpack the file", ""});
  state.gzip = true;
}

PackedFile::~PackedFile() = default;
PackedFile::PackedFile(PackedFile&&) noexcept = default;

std::size_t PackedFile::read(std::span<std::uint8_t> into) {
  const std::size_t count = state_->gzip ? state_->inflate_into(into) : state_->copy(into);
  state_->delivered += count;
  return count;
}

bool PackedFile::may_hold(std::uint64_t bytes) const {
  const Bytes& raw = state_->raw;
  if (!state_->gzip) return bytes == raw.size();
  std::uint32_t length = 0;  // of the contents, modulo 2^32
  for (std::size_t i = 0; i < 4; ++i) length |= std::uint32_t{raw[raw.size() - 4 + i]} << (8 * i);
  return static_cast<std::uint32_t>(bytes) == length && bytes / highest_ratio <= raw.size();
}

std::uint64_t PackedFile::measure() {
  if (!state_->gzip) return state_->raw.size();
  std::array<std::uint8_t, 1 << 14> scratch;
  while (read(scratch) > 0) {
  }
  return state_->delivered;
}

void PackedFile::require_end(const std::string& expected) {
  std::uint8_t extra = 0;
  const bool more = read({&extra, 1}) > 0;  // also makes zlib check its checksum
  if (more)
    throw RequestError(
        {state_->place, std::to_string(measure()) + " bytes", expected, "bytes are left over at the end"});
  if (state_->consumed != state_->raw.size())
    throw RequestError(
        {state_->place,
         std::to_string(state_->raw.size() - state_->consumed) + " bytes after the end of the gzip stream",
         "nothing after it", "pack the file again"});
}

const std::string& PackedFile::place() const { return state_->place; }

}  // namespace etalon
