#include <csignal>

#include "etalon/app/commands.h"
#include "etalon/app/output.h"

int main(int count, char** words) {
  etalon::prepare_output();
  std::signal(SIGXFSZ,
              SIG_IGN);  // a file-size limit is an error of the write, with a message, not a sudden death
  return etalon::run_program({words, words + count});
}
