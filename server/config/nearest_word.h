// The word that somebody meant: for a hint at a word that nothing is called by.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace server {

// The known word that takes the fewest edits (a letter added, dropped, changed, two swapped), or ""
// if every one takes more than a third of the word's letters, two at least. Case does not count.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known);

// "did you mean 'check'?", or "" if nothing is near.
std::string nearest_hint(std::string_view word, std::span<const std::string_view> known);

}  // namespace server
