#include "server/cli/options.h"

#include <algorithm>

#include "server/config/nearest_word.h"

namespace server {

namespace {

class CallReader {
  public:
    CallReader(std::span<const std::string> words, std::span<const OptionRow> rows)
        : words_(words), rows_(rows) {}

    dns::Result<Call, CallFault> read() {
        while (at_ < words_.size()) {
            const std::string& word = words_[at_++];
            dns::Result<void, CallFault> taken;
            if (word == "--") {
                call_.operands.insert(call_.operands.end(), words_.begin() + at_, words_.end());
                break;
            }
            if (word.size() < 2 || word[0] != '-')
                call_.operands.push_back(word);
            else if (word[1] == '-')
                taken = take_long(std::string_view(word).substr(2));
            else
                taken = take_letters(std::string_view(word).substr(1));
            if (!taken.ok()) return taken.fault();
        }
        return std::move(call_);
    }

  private:
    dns::Result<void, CallFault> take_long(std::string_view word) {
        size_t equals = word.find('=');
        std::string_view name = word.substr(0, equals);
        const OptionRow* row = nullptr;
        for (const OptionRow& known : rows_)
            if (name == known.name) row = &known;
        if (row == nullptr) return unknown(name);
        std::string shown = "--" + std::string(name);
        if (*row->argument == 0 && equals != std::string_view::npos)
            return CallFault{shown + " takes no value", ""};
        if (*row->argument == 0) return add(*row, "", shown);
        if (equals != std::string_view::npos) return add(*row, word.substr(equals + 1), shown);
        return add_next(*row, shown);
    }

    // Letters that take nothing may stand together; the first that takes a value takes the rest.
    dns::Result<void, CallFault> take_letters(std::string_view letters) {
        while (!letters.empty()) {
            const OptionRow* row = nullptr;
            for (const OptionRow& known : rows_)
                if (known.letter == letters[0]) row = &known;
            std::string shown = std::string("-") + letters[0];
            if (row == nullptr) return CallFault{"there is no option '" + shown + "'", ""};
            letters.remove_prefix(1);
            if (*row->argument != 0)
                return letters.empty() ? add_next(*row, shown) : add(*row, letters, shown);
            if (auto added = add(*row, "", shown); !added.ok()) return added;
        }
        return {};
    }

    dns::Result<void, CallFault> add_next(const OptionRow& row, const std::string& shown) {
        if (at_ == words_.size())
            return CallFault{shown + " needs a value", shown + " " + row.argument};
        return add(row, words_[at_++], shown);
    }

    dns::Result<void, CallFault> add(const OptionRow& row, std::string_view value,
                                     const std::string& shown) {
        if (!row.repeatable && *row.argument != 0 && call_.has(row.name))
            return CallFault{shown + " is given twice", "it counts once a call"};
        std::vector<std::string_view> choices = choices_of(row);
        if (!choices.empty() && std::find(choices.begin(), choices.end(), value) == choices.end())
            return CallFault{"'" + std::string(value) + "' is no value for " + shown,
                             shown + " takes one of " + row.argument};
        call_.given.push_back({&row, std::string(value)});
        return {};
    }

    CallFault unknown(std::string_view name) const {
        std::vector<std::string_view> names;
        for (const OptionRow& row : rows_) names.emplace_back(row.name);
        std::string_view nearest = nearest_word(name, names);
        return {"there is no option '--" + std::string(name) + "'",
                nearest.empty() ? "" : "did you mean '--" + std::string(nearest) + "'?"};
    }

    std::span<const std::string> words_;
    std::span<const OptionRow> rows_;
    size_t at_ = 0;
    Call call_;
};

}  // namespace

const std::string* Call::last(std::string_view option) const {
    const std::string* value = nullptr;
    for (const Given& row : given)
        if (option == row.option->name) value = &row.value;
    return value;
}

std::string Call::value(std::string_view option, std::string_view otherwise) const {
    const std::string* found = last(option);
    return found ? *found : std::string(otherwise);
}

dns::Result<Call, CallFault> read_call(std::span<const std::string> words,
                                       std::span<const OptionRow> rows) {
    return CallReader(words, rows).read();
}

std::vector<std::string_view> choices_of(const OptionRow& row) {
    std::vector<std::string_view> choices;
    if (row.completes != Completes::choices) return choices;
    std::string_view rest = row.argument;
    for (;;) {
        size_t bar = rest.find('|');
        choices.push_back(rest.substr(0, bar));
        if (bar == std::string_view::npos) return choices;
        rest.remove_prefix(bar + 1);
    }
}

std::string option_synopsis(const OptionRow& row) {
    std::string text;
    if (row.letter != 0) text = std::string("-") + row.letter + ", ";
    text += std::string("--") + row.name;
    if (*row.argument != 0) text += std::string(" ") + row.argument;
    return text;
}

}  // namespace server
