#include "etalon/data/readers/packed_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <zlib.h>

#include "etalon/base/error.h"
#include "etalon/data/part.h"
#include "etalon/data/readers/foreign_file.h"

namespace etalon {
namespace {

constexpr std::size_t smallest_gzip = 18;       // 10 bytes of header, 8 of trailer
constexpr std::uint64_t highest_ratio = 1032;   // deflate cannot pack more than this many bytes into one
constexpr std::size_t largest_piece = 1 << 30;  // zlib counts in 32 bits
constexpr std::size_t buffer_size = 1 << 16;
constexpr std::uint64_t counted_beyond = 64 << 20;  // bytes too many that a message still counts

std::string bytes_text(std::uint64_t bytes) { return std::to_string(bytes) + " bytes"; }

bool is_named_gzip(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".gz" || ending == ".GZ" || ending == ".Gz";
}

}  // namespace

struct PackedFile::State {
  std::filesystem::path path;
  std::string place;
  std::ifstream in;
  std::uint64_t size = 0;      // of the file
  std::uint32_t trailer = 0;   // of a gzip file: the contents' length modulo 2^32, if it is of one member
  std::uint64_t leftover = 0;  // bytes after the last member that are no padding
  std::vector<std::uint8_t> buffer;
  std::size_t next = 0;     // first byte of `buffer` that is not used yet
  std::uint64_t taken = 0;  // bytes of the file that were used
  bool gzip = false;
  bool ended = false;
  std::uint64_t delivered = 0;  // bytes of unpacked contents
  z_stream stream{};

  ~State() {
    if (gzip) inflateEnd(&stream);
  }

  std::size_t available() const { return buffer.size() - next; }
  bool starts_member() const { return available() >= 2 && buffer[next] == 0x1f && buffer[next + 1] == 0x8b; }
  void use(std::size_t count) {
    next += count;
    taken += count;
  }

  /// Reads on until two bytes are at hand, or the file has ended.
  void fill() {
    if (available() >= 2) return;
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(next));
    next = 0;
    const std::size_t kept = buffer.size();
    buffer.resize(buffer_size);
    buffer.resize(kept + read_file(std::span(buffer).subspan(kept)));
  }

  std::size_t read_file(std::span<std::uint8_t> into) {
    in.read(reinterpret_cast<char*>(into.data()), static_cast<std::streamsize>(into.size()));
    if (in.bad()) throw Failure({place, "a read that stopped early", "the whole file", "check the disk"});
    return static_cast<std::size_t>(in.gcount());
  }

  [[noreturn]] void refuse(std::string received) const {
    throw RequestError({place, std::move(received), "a whole gzip file", "fetch or pack the file again"});
  }

  std::size_t copy(std::span<std::uint8_t> into) {
    std::size_t count = std::min(into.size(), available());
    std::copy_n(buffer.begin() + static_cast<std::ptrdiff_t>(next), count, into.begin());
    use(count);
    if (count < into.size()) {
      const std::size_t direct = read_file(into.subspan(count));
      taken += direct;
      count += direct;
    }
    return count;
  }

  /// After a member: another one, or nothing but zeros to the end of the file.
  void end_member() {
    fill();
    if (starts_member()) {
      inflateReset(&stream);
      return;
    }
    ended = true;
    const std::uint64_t after = size - taken;
    while (available() > 0) {
      if (std::any_of(buffer.begin() + static_cast<std::ptrdiff_t>(next), buffer.end(),
                      [](std::uint8_t byte) { return byte != 0; }))
        leftover = after;
      use(available());
      fill();
    }
  }

  /// One call of zlib; returns the bytes it delivered.
  std::size_t inflate_piece(std::span<std::uint8_t> into) {
    fill();
    const std::size_t input = available(), output = std::min(into.size(), largest_piece);
    stream.next_in = buffer.data() + next;
    stream.avail_in = static_cast<uInt>(input);
    stream.next_out = into.data();
    stream.avail_out = static_cast<uInt>(output);
    const int status = inflate(&stream, Z_NO_FLUSH);
    use(input - stream.avail_in);
    const std::size_t count = output - stream.avail_out;
    delivered += count;
    if (status == Z_STREAM_END)
      end_member();
    else if (status == Z_BUF_ERROR || (status == Z_OK && count == 0 && input == 0))
      refuse("a gzip stream that is cut off after " + std::to_string(delivered) + " unpacked bytes");
    else if (status != Z_OK)
      refuse(std::string("a damaged gzip stream (") + (stream.msg ? stream.msg : "checksum") + ")");
    return count;
  }

  std::size_t inflate_into(std::span<std::uint8_t> into) {
    std::size_t count = 0;
    while (count < into.size() && !ended) count += inflate_piece(into.subspan(count));
    return count;
  }

  void read_trailer() {
    std::array<std::uint8_t, 4> bytes{};
    in.clear();  // a small file has been read to its end already
    in.seekg(-4, std::ios::end);
    if (read_file(bytes) < bytes.size()) refuse("a file that shrinks while it is read");
    for (std::size_t i = 0; i < bytes.size(); ++i) trailer |= std::uint32_t{bytes[i]} << (8 * i);
    in.clear();
    in.seekg(static_cast<std::streamoff>(buffer.size()));
  }

  void open_gzip() {
    if (size < smallest_gzip) refuse("a gzip file of " + bytes_text(size));
    read_trailer();
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
      throw Failure({place, "zlib without memory", "room to unpack the file", ""});
    gzip = true;
  }
};

PackedFile::PackedFile(const std::filesystem::path& path) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.path = path;
  state.place = path.string();
  std::error_code error;
  state.size = std::filesystem::file_size(path, error);
  state.in.open(path, std::ios::binary);
  if (error || !state.in)
    throw RequestError({state.place, error ? error.message() : std::strerror(errno), "a readable file",
                        "check the path and its permissions"});
  state.fill();
  if (state.starts_member()) state.open_gzip();
  if (state.gzip || !is_named_gzip(path)) return;
  if (const ForeignFile foreign = foreign_file(state.buffer))
    throw RequestError({state.place, foreign.what, "a gzip file", foreign.hint});
  throw RequestError(
      {state.place, state.size == 0 ? "an empty file" : "bytes that are no gzip file", "a gzip file",
       state.size == 0 ? "fetch it again" : "if it is unpacked already, take .gz from its name"});
}

PackedFile::~PackedFile() = default;
PackedFile::PackedFile(PackedFile&&) noexcept = default;

std::size_t PackedFile::read(std::span<std::uint8_t> into) {
  return state_->gzip ? state_->inflate_into(into) : state_->copy(into);
}

std::vector<std::uint8_t> PackedFile::read_whole(std::uint64_t count) {
  require_room(count, place());
  std::vector<std::uint8_t> bytes(count);
  bytes.resize(read(bytes));
  return bytes;
}

namespace {

/// Length of the contents, or `limit` + 1 where they are longer.
std::uint64_t length_of(const std::filesystem::path& path, std::uint64_t limit) {
  PackedFile file(path);
  std::vector<std::uint8_t> scratch(buffer_size);
  std::uint64_t length = 0;
  while (length <= limit) {
    const std::size_t count = file.read(scratch);
    length += count;
    if (count < scratch.size()) break;
  }
  return std::min(length, limit + 1);
}

}  // namespace

bool PackedFile::may_hold(std::uint64_t bytes) const {
  if (!state_->gzip) return bytes == state_->size;
  if (bytes / highest_ratio > state_->size) return false;
  return static_cast<std::uint32_t>(bytes) == state_->trailer || length_of(state_->path, bytes) == bytes;
}

void PackedFile::refuse_length(std::uint64_t bytes, const std::string& expected) const {
  const std::uint64_t limit = bytes + counted_beyond;
  const std::uint64_t found = state_->gzip ? length_of(state_->path, limit) : state_->size;
  throw RequestError(
      {place(), found > limit && state_->gzip ? "more than " + bytes_text(limit) : bytes_text(found),
       expected, found < bytes ? "the file is cut off; fetch it again" : "bytes are left over at the end"});
}

void PackedFile::require_end(std::uint64_t bytes, const std::string& expected) {
  std::uint8_t extra = 0;
  if (read({&extra, 1}) > 0) refuse_length(bytes, expected);  // also makes zlib check its checksum
  if (state_->leftover > 0)
    throw RequestError({place(), bytes_text(state_->leftover) + " after the end of the gzip stream",
                        "nothing after it", "pack the file again"});
}

const std::string& PackedFile::place() const { return state_->place; }

}  // namespace etalon
