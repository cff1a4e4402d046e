// The little language of $GENERATE: ranges, and words in which $ stands for the step's number.
//
//   $GENERATE 1-20/2  host${100,3}  A  192.0.2.$
//
//   $                      the number, in decimal
//   ${offset,width,base}   offset added, padded with zeros to width; base d, o, x, X, or n, N: hex
//                          digits from the last to the first with dots between (for ip6.arpa)
//   \$  $$                 a dollar sign
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zoneparser {

struct GenerateRange {
    uint32_t start = 0, stop = 0, step = 1;  // all at most 2^31-1

    uint64_t count() const { return (uint64_t{stop} - start) / step + 1; }
};

// start-stop or start-stop/step; null, or what is wrong with it.
const char* read_generate_range(std::string_view text, GenerateRange& range);

class GenerateTemplate {
  public:
    // The pieces of `text`, which must outlive this; null, or what is wrong with it.
    const char* read(std::string_view text);
    // Writes the word of one step; null, or why it cannot be.
    const char* expand(uint32_t number, std::string& out) const;

  private:
    struct Piece {
        std::string_view text;  // as it is, unless this stands for the number
        bool is_number = false;
        char base = 'd';
        int64_t offset = 0;
        uint32_t width = 0;
    };
    const char* read_modifiers(std::string_view text, size_t& at, Piece& piece);

    std::vector<Piece> pieces_;
};

}  // namespace zoneparser
