#include "etalon/app/commands.h"

int main(int count, char** words) { return etalon::run_program({words, words + count}); }
