#include "etalon/lanes/denormals.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace etalon {

#if defined(__x86_64__)
namespace {
constexpr unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
}
FlushDenormals::FlushDenormals() : before_(_mm_getcsr()) {
  _mm_setcsr(before_ | flush_to_zero | denormals_are_zero);
}
FlushDenormals::~FlushDenormals() { _mm_setcsr(before_); }
#else
#error "this platform's way to flush denormals is missing here"
#endif

}  // namespace etalon
