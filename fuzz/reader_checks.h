/// Readers of files that others wrote: whatever the bytes, they answer with a value or a RequestError.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace etalon::fuzz {

/// The first byte names the reader (IDX, CIFAR-10, study file), the rest is cut into the files that it reads
/// from `folder`, which must exist and hold nothing else. True if they were readable; false if they were
/// refused with a RequestError. Anything else that a reader throws goes through.
bool read_bytes_as_files(std::span<const std::uint8_t> bytes, const std::filesystem::path& folder);

}  // namespace etalon::fuzz
