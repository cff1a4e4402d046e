// Options of commands as rows: the parser, the help texts, the manual's lists and the completion
// for bash are all made from them.
//
//   row   name, letter, argument | sentence | how a shell completes the argument
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"

namespace server {

enum class Completes : uint8_t { nothing, choices, files, folders, rules, limits };

struct OptionRow {
    const char* name;      // without the dashes
    char letter;           // 0 for none
    const char* argument;  // "" for an option that stands alone; choices are written a|b|c
    const char* sentence;
    Completes completes = Completes::nothing;
    bool repeatable = false;
};

// What is wrong with a call, and what to do instead (may be empty).
struct CallFault {
    std::string sentence;
    std::string hint;
};

// The words of a call, told apart.
struct Call {
    struct Given {
        const OptionRow* option;
        std::string value;
    };
    std::vector<Given> given;
    std::vector<std::string> operands;

    bool has(std::string_view option) const { return last(option) != nullptr; }
    // The value given last, or null.
    const std::string* last(std::string_view option) const;
    std::string value(std::string_view option, std::string_view otherwise) const;
};

// `--name value`, `--name=value`, `-n value`, `-nvalue`; `--` ends the options, `-` is an operand.
dns::Result<Call, CallFault> read_call(std::span<const std::string> words,
                                       std::span<const OptionRow> rows);

// The choices of an argument written a|b|c.
std::vector<std::string_view> choices_of(const OptionRow& row);

// "-c, --config FILE", as help and manual show it.
std::string option_synopsis(const OptionRow& row);

}  // namespace server
