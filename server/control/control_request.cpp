#include "server/control/control_request.h"

#include <algorithm>

#include "server/config/nearest_word.h"

namespace server {

namespace {

constexpr ControlRow kRows[] = {
    {ControlCommand::status, "status", "", 0, 0, "says how the server is"},
    {ControlCommand::zones, "zones", "[NAME]", 0, 1,
     "lists the zones, or those at and below NAME: view, serial, records, whether served"},
    {ControlCommand::stats, "stats", "", 0, 0,
     "counts queries by transport, type, rcode, view and zone, and how long answers took"},
    {ControlCommand::which, "which", "[ADDRESS] [NAME ...]", 1, 32,
     "says which view answers a client of that address, by which of its networks, and which zones "
     "of it cover the names; --destination and --key say where to and by which key it asks"},
    {ControlCommand::explain, "explain", "NAME [TYPE] [OPTION ...]", 1, 32,
     "says how an answer comes about, as `apex explain` does, from what is served now"},
    {ControlCommand::reload, "reload", "[ZONE]", 0, 1,
     "reads the configuration and all files that changed again, or those of one zone"},
    {ControlCommand::zone_add, "zone add", "NAME FILE [TEMPLATE]", 2, 3,
     "serves one zone more, also after a restart"},
    {ControlCommand::zone_remove, "zone remove", "NAME", 1, 1,
     "stops serving a zone that was added so"},
    {ControlCommand::zone_reload, "zone reload", "NAME", 1, 1,
     "reads one zone again, even if its file seems to be the same"},
    {ControlCommand::log_reopen, "log reopen", "", 0, 0,
     "opens the log files anew, after they were moved away"},
    {ControlCommand::stop, "stop", "", 0, 0, "answers what was accepted, and ends the server"},
};

ControlFault unknown_command(std::span<const std::string> words) {
    std::string said;
    for (size_t i = 0; i < words.size() && i < 2; ++i) said += (i == 0 ? "" : " ") + words[i];
    std::vector<std::string_view> known;
    std::string all;
    for (const ControlRow& row : kRows) {
        known.emplace_back(row.words);
        all += (all.empty() ? "" : ", ") + std::string(row.words);
    }
    std::string hint = nearest_hint(said, known);
    if (hint.empty() && !words.empty()) hint = nearest_hint(words[0], known);
    if (hint.empty()) hint = "the commands are " + all;
    if (words.empty()) return {"no command is given", hint};
    return {"there is no command '" + words[0] + "'", hint};
}

// How many of the words the row's own are, 0 if they are not there.
size_t matching_words(const ControlRow& row, std::span<const std::string> words) {
    std::string_view own = row.words;
    size_t blank = own.find(' ');
    std::string_view first = own.substr(0, blank);
    if (words.empty() || words[0] != first) return 0;
    if (blank == std::string_view::npos) return 1;
    return words.size() > 1 && words[1] == own.substr(blank + 1) ? 2 : 0;
}

// An escape behind its backslash: \DDD or a character that stands for itself.
bool read_escape(std::string_view& rest, std::string& word) {
    auto digit = [&](size_t i) { return rest[i] >= '0' && rest[i] <= '9'; };
    if (rest.empty()) return false;
    size_t size = 1;
    char octet = rest[0];
    if (digit(0)) {
        if (rest.size() < 3 || !digit(1) || !digit(2)) return false;
        int value = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
        if (value > 255) return false;
        octet = static_cast<char>(value);
        size = 3;
    }
    word += octet;
    rest.remove_prefix(size);
    return true;
}

// A word at the start of `rest`, which holds no blank before it.
bool read_word(std::string_view& rest, std::string& word) {
    bool quoted = rest[0] == '"';
    if (quoted) rest.remove_prefix(1);
    while (!rest.empty()) {
        char c = rest[0];
        if (!quoted && c == ' ') return true;
        rest.remove_prefix(1);
        if (quoted && c == '"') return rest.empty() || rest[0] == ' ';
        if (c == '\\') {
            if (!read_escape(rest, word)) return false;
        } else {
            word += c;
        }
    }
    return !quoted;
}

}  // namespace

std::span<const ControlRow> control_rows() {
    return kRows;
}

bool read_words(std::string_view line, std::vector<std::string>& words) {
    while (!line.empty()) {
        if (line[0] == ' ') {
            line.remove_prefix(1);
            continue;
        }
        if (words.size() == kMostWords) return false;
        if (!read_word(line, words.emplace_back())) return false;
    }
    return true;
}

void append_quoted(std::string& line, std::string_view word) {
    if (!line.empty()) line += ' ';
    line += '"';
    for (char c : word) {
        unsigned octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') line += '\\';
        if (octet >= 0x20 && octet != 0x7f) {
            line += c;
            continue;
        }
        line += '\\';
        line += static_cast<char>('0' + octet / 100);
        line += static_cast<char>('0' + octet / 10 % 10);
        line += static_cast<char>('0' + octet % 10);
    }
    line += '"';
}

dns::Result<ControlRequest, ControlFault> read_command(std::span<const std::string> words) {
    for (const ControlRow& row : kRows) {
        size_t own = matching_words(row, words);
        if (own == 0) continue;
        std::span<const std::string> operands = words.subspan(own);
        std::string form = row.words + std::string(*row.operands != 0 ? " " : "") + row.operands;
        if (operands.size() < row.least)
            return ControlFault{std::string(row.words) + " lacks an operand", form};
        if (operands.size() > row.most)
            return ControlFault{
                std::string(row.words) + " does not take '" + operands[row.most] + "'", form};
        for (const std::string& operand : operands)
            if (operand.empty() || operand.find('\0') != std::string::npos)
                return ControlFault{"an operand of " + std::string(row.words) + " is empty", form};
        return ControlRequest{row.command, false, {operands.begin(), operands.end()}};
    }
    return unknown_command(words);
}

dns::Result<ControlRequest, ControlFault> read_request(std::string_view line) {
    std::vector<std::string> words;
    if (!read_words(line, words))
        return ControlFault{"this is no line of words", "a word with blanks stands in quotes; " +
                                                            std::to_string(kMostWords) +
                                                            " words at most"};
    bool json = !words.empty() && words[0] == "json";
    if (!json && (words.empty() || words[0] != "text"))
        return ControlFault{"a request begins with text or json", "text status"};
    auto request = read_command(std::span<const std::string>(words).subspan(1));
    if (request.ok()) request->json = json;
    return request;
}

std::string write_request(const ControlRequest& request) {
    std::string line = request.json ? "json" : "text";
    for (const ControlRow& row : kRows)
        if (row.command == request.command) line += std::string(" ") + row.words;
    for (const std::string& operand : request.operands) append_quoted(line, operand);
    return line + '\n';
}

LineReader::Next LineReader::next(std::string& line) {
    size_t end = octets_.find('\n', searched_);
    searched_ = octets_.size();
    if (std::min(end, searched_) > longest_) return Next::too_long;
    if (end == std::string::npos) return Next::nothing;
    line.assign(octets_, 0, end);
    octets_.erase(0, end + 1);
    searched_ = 0;
    return Next::line;
}

}  // namespace server
