#include "etalon/base/digest.h"

#include <vector>

#include <gtest/gtest.h>

namespace etalon {
namespace {

// The examples of FIPS 180-2, appendix B.
TEST(digest, agrees_with_the_published_examples) {
  EXPECT_EQ(digest_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(digest, depends_on_the_concatenation_alone) {
  Digest pieces;
  pieces.add("a");
  pieces.add("");
  pieces.add(std::vector<std::uint8_t>{'b', 'c'});
  EXPECT_EQ(pieces.finish(), digest_of("abc"));
}

TEST(digest, takes_a_million_bytes) {
  Digest digest;
  for (int i = 0; i < 1000; ++i) digest.add(std::string(1000, 'a'));
  EXPECT_EQ(digest.finish(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace etalon
