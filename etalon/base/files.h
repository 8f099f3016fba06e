/// Whole files, read and written so that a reader never sees half of one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace etalon {

using Bytes = std::vector<std::uint8_t>;

/// The whole file. Throws RequestError naming the path if it cannot be read.
Bytes read_bytes(const std::filesystem::path& path);
std::string read_text(const std::filesystem::path& path);

/// Writes beside the target and renames over it, so that the target is the old file or the new one, never a
/// part. Folders above it are made. Throws RequestError if the place cannot be written to, Failure if writing
/// fails midway.
void write_atomically(const std::filesystem::path& path, std::string_view text);
void write_atomically(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

/// Throws RequestError unless files can be made in `folder`, or in the nearest existing folder above it.
/// `place` is what the user wrote, an option with its value. Leaves nothing behind.
void require_writable_folder(const std::filesystem::path& folder, const std::string& place);

}  // namespace etalon
