#include "server/config/nearest_word.h"

#include <algorithm>
#include <vector>

#include "dns/name.h"

namespace server {

namespace {

// Longer words are nobody's slip of the finger.
constexpr size_t kMostLetters = 64;

bool same_letter(char a, char b) {
    return dns::lower(static_cast<uint8_t>(a)) == dns::lower(static_cast<uint8_t>(b));
}

// Edit distance with swaps of neighbours, three rows at a time.
size_t edits(std::string_view a, std::string_view b) {
    std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            size_t change = last[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
            bool swapped = i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                           same_letter(a[i - 2], b[j - 1]);
            if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known) {
    if (word.empty() || word.size() > kMostLetters) return {};
    size_t fewest = std::max<size_t>(word.size() / 3, 2) + 1;
    std::string_view nearest;
    for (std::string_view candidate : known) {
        size_t count = edits(word, candidate);
        // A candidate of which nothing is left over was not meant.
        if (count >= std::max(word.size(), candidate.size())) continue;
        if (count < fewest) {
            fewest = count;
            nearest = candidate;
        }
    }
    return nearest;
}

std::string nearest_hint(std::string_view word, std::span<const std::string_view> known) {
    std::string_view nearest = nearest_word(word, known);
    if (nearest.empty()) return {};
    return "did you mean '" + std::string(nearest) + "'?";
}

}  // namespace server
