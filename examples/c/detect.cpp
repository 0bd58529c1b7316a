// Detects over a log file in C++: detect_cpp LOG prints the alerts as JSON lines, each in its last state.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "sidestep.hpp"

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "usage: detect_cpp LOG\n";
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  if (!file) {
    std::cerr << "error: " << argv[1] << " cannot be opened\n";
    return 1;
  }
  const std::string log((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  try {
    sidestep::Engine engine(sidestep::Config().set(SIDESTEP_CONFIG_ALERTS_PER_DAY, 1.0));
    sidestep::Reader().process(log, argv[1], engine);
    engine.finish();
    while (sidestep::Alert alert = engine.next_alert()) {
      if (alert.view().state == SIDESTEP_STATE_CLOSED) {
        std::cout << alert.text();
      }
    }
  } catch (const sidestep::Error &error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
