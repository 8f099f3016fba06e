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
  _mm_setcsr(static_cast<unsigned>(before_) | flush_to_zero | denormals_are_zero);
}
FlushDenormals::~FlushDenormals() { _mm_setcsr(static_cast<unsigned>(before_)); }
#elif defined(__aarch64__)
namespace {
constexpr std::uint64_t flush_to_zero = std::uint64_t{1} << 24;  // FPCR.FZ: operands and results alike

std::uint64_t control() {
  std::uint64_t value = 0;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
void set_control(std::uint64_t value) { asm volatile("msr fpcr, %0" : : "r"(value) : "memory"); }
}  // namespace
FlushDenormals::FlushDenormals() : before_(control()) { set_control(before_ | flush_to_zero); }
FlushDenormals::~FlushDenormals() { set_control(before_); }
#else
#error "this platform's way to flush denormals is missing here"
#endif

}  // namespace etalon
