// Help texts and lists, all made from the tables: commands, options, rules, record types, limits.
#pragma once

#include <string>

#include "server/cli/commands.h"

namespace server {

std::string overview_text();
std::string command_text(const CommandRow& row);
std::string command_roff(const CommandRow& row);

// A list of `apex help`.
struct TopicRow {
    const char* name;
    const char* sentence;
    std::string (*text)();
    std::string (*roff)();  // null: the text is the same everywhere
};
std::span<const TopicRow> topics();

// Breaks paragraphs (parted by line ends) into lines of at most 79 columns.
std::string folded(std::string_view text, size_t indent);

// server/cli/completion.cpp
std::string bash_completion();

}  // namespace server
