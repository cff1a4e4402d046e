// Numbers that depend on the seed alone, on every machine (the standard's distributions do not).
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace apex_tests {

class Random {
  public:
    explicit Random(uint64_t seed) : engine_(seed) {}

    uint64_t word() { return engine_(); }
    size_t below(size_t bound) { return static_cast<size_t>(engine_() % bound); }
    size_t between(size_t least, size_t most) { return least + below(most - least + 1); }
    bool one_in(size_t chances) { return below(chances) == 0; }
    template <class List>
    const auto& pick(const List& list) {
        return list[below(std::size(list))];
    }
    std::string octets(size_t count) {
        std::string out;
        while (out.size() < count) out += static_cast<char>(below(256));
        return out;
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace apex_tests
