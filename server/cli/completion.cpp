// The completion for bash, made from the tables. It holds the words themselves, so that completing
// starts no process.
#include <map>

#include "dns/base/limits.h"
#include "server/cli/help.h"
#include "server/config/rule_choices.h"
#include "server/control/control_request.h"

namespace server {

namespace {

void append_word(std::string& words, const std::string& word) {
    if (!words.empty()) words += ' ';
    words += word;
}

std::string option_words(const CommandRow& row) {
    std::string words;
    for (const OptionRow& option : row.options) {
        append_word(words, std::string("--") + option.name);
        if (option.letter != 0) append_word(words, std::string("-") + option.letter);
    }
    return words;
}

std::string value_words(const OptionRow& option) {
    std::string words;
    if (option.completes == Completes::choices)
        for (std::string_view choice : choices_of(option)) append_word(words, std::string(choice));
    if (option.completes == Completes::rules)
        for (const dns::Rule* rule : all_rules())
            if (!rule->fixed) append_word(words, std::string(rule->name) + "=");
    if (option.completes == Completes::limits)
        for (const dns::LimitRow& row : dns::kLimitRows)
            append_word(words, std::string(row.name) + "=");
    return words;
}

// A line of the case over "command option".
std::string value_case(const CommandRow& row, const OptionRow& option) {
    std::string pattern = "    '" + std::string(row.name) + " --" + option.name + "'";
    if (option.letter != 0) pattern += " | '" + std::string(row.name) + " -" + option.letter + "'";
    std::string complete;
    switch (option.completes) {
        case Completes::nothing:
            complete = "COMPREPLY=()";
            break;
        case Completes::files:
            complete = "_apex_files";
            break;
        case Completes::folders:
            complete = "_apex_folders";
            break;
        default:
            complete = "_apex_words '" + value_words(option) + "'";
    }
    return pattern + ") " + complete + "; return ;;\n";
}

// What stands behind ctl, and behind a first word that needs a second one.
std::string control_cases() {
    std::map<std::string, std::string> seconds;
    std::string firsts;
    for (const ControlRow& row : control_rows()) {
        std::string words = row.words;
        size_t blank = words.find(' ');
        std::string first = words.substr(0, blank);
        std::string& list = seconds[first];
        if (blank == std::string::npos || list.empty()) append_word(firsts, first);
        if (blank != std::string::npos) append_word(list, words.substr(blank + 1));
    }
    std::string cases = "    'ctl ctl') _apex_words '" + firsts + "'; return ;;\n";
    for (const auto& [first, list] : seconds)
        if (!list.empty())
            cases += "    'ctl " + first + "') _apex_words '" + list + "'; return ;;\n";
    return cases;
}

constexpr const char* kFunctions = R"(# Completion of apex for bash: made by `apex help completion`.

_apex_words() {
    local word
    word=${COMP_WORDS[COMP_CWORD]}
    # bash parts words at '='; behind it nothing is offered.
    [[ $word == = || ${COMP_WORDS[COMP_CWORD - 1]} == = ]] && return
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}

_apex_files() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
}

_apex_folders() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -d -- "${COMP_WORDS[COMP_CWORD]#=}")
}
)";

}  // namespace

std::string bash_completion() {
    std::string names, cases, options;
    for (const CommandRow& row : commands()) {
        append_word(names, row.name);
        options +=
            "    " + std::string(row.name) + ") _apex_words '" + option_words(row) + "' ;;\n";
        for (const OptionRow& option : row.options)
            if (*option.argument != 0) cases += value_case(row, option);
    }
    std::string topic_names;
    for (const TopicRow& row : topics()) append_word(topic_names, row.name);
    return std::string(kFunctions) +
           "\n_apex() {\n"
           "    COMPREPLY=()\n"
           "    if ((COMP_CWORD == 1)); then\n"
           "        _apex_words '" +
           names +
           "'\n"
           "        return\n"
           "    fi\n"
           "    case \"${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD - 1]}\" in\n" +
           cases +
           "    esac\n"
           "    if [[ ${COMP_WORDS[1]} == help && ${COMP_WORDS[COMP_CWORD]} != -* ]]; then\n"
           "        _apex_words '" +
           names + " " + topic_names +
           "'\n"
           "        return\n"
           "    fi\n"
           "    if [[ ${COMP_WORDS[COMP_CWORD]} != -* ]]; then\n"
           "        case \"${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD - 1]}\" in\n" +
           control_cases() +
           "        esac\n"
           "        _apex_files\n"
           "        return\n"
           "    fi\n"
           "    case ${COMP_WORDS[1]} in\n" +
           options +
           "    esac\n"
           "}\n"
           "complete -F _apex apex\n";
}

}  // namespace server
