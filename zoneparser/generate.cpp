#include "zoneparser/generate.h"

#include <algorithm>

#include "zoneparser/entries.h"
#include "zoneparser/rules_table.h"

namespace zoneparser {

namespace {

constexpr uint64_t kMaxNumber = 0x7fffffff;
constexpr uint32_t kMaxWidth = 255;

// Digits at `at`, at most kMaxNumber.
bool take_number(std::string_view text, size_t& at, uint64_t& value) {
    size_t begin = at;
    value = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
        value = value * 10 + static_cast<uint64_t>(text[at] - '0');
        if (value > kMaxNumber) return false;
    }
    return at > begin;
}

bool take(std::string_view text, size_t& at, char c) {
    if (at >= text.size() || text[at] != c) return false;
    ++at;
    return true;
}

char digit_text(uint32_t digit, char first_letter) {
    return static_cast<char>(digit < 10 ? '0' + digit : first_letter + (digit - 10));
}

void append_digits(std::string& out, uint32_t value, uint32_t base, uint32_t width,
                   char first_letter) {
    char digits[kMaxWidth + 1];
    char* end = digits + sizeof(digits);
    char* at = end;
    do {
        *--at = digit_text(value % base, first_letter);
        value /= base;
    } while (value != 0);
    while (static_cast<uint32_t>(end - at) < width && at != digits) *--at = '0';
    out.append(at, end);
}

// Hex digits from the last to the first, dots between; `width` counts digits and dots.
void append_nibbles(std::string& out, uint32_t value, uint32_t width, char first_letter) {
    for (;;) {
        out += digit_text(value & 15, first_letter);
        value >>= 4;
        if (width > 0) --width;
        if (width == 0 && value == 0) return;
        out += '.';
        if (width > 0) --width;
        if (width == 0 && value == 0) return;
    }
}

}  // namespace

const char* read_generate_range(std::string_view text, GenerateRange& range) {
    uint64_t start, stop, step = 1;
    size_t at = 0;
    if (!take_number(text, at, start) || !take(text, at, '-') || !take_number(text, at, stop) ||
        (take(text, at, '/') && !take_number(text, at, step)) || at != text.size())
        return "is no range: start-stop or start-stop/step, each at most 2147483647";
    if (stop < start) return "ends before it starts";
    if (step == 0) return "never gets on: the step is 0";
    range = {static_cast<uint32_t>(start), static_cast<uint32_t>(stop),
             static_cast<uint32_t>(step)};
    return nullptr;
}

const char* GenerateTemplate::read(std::string_view text) {
    pieces_.clear();
    size_t begin = 0;
    auto end_text = [&](size_t end) {
        if (end > begin) pieces_.push_back({text.substr(begin, end - begin)});
    };
    for (size_t at = 0; at < text.size();) {
        if (text[at] == '\\') {
            at += std::min<size_t>(2, text.size() - at);
        } else if (text[at] != '$') {
            ++at;
        } else if (at + 1 < text.size() && text[at + 1] == '$') {
            end_text(at + 1);
            begin = at += 2;
        } else {
            end_text(at);
            Piece piece;
            piece.is_number = true;
            ++at;
            if (const char* reason = read_modifiers(text, at, piece)) return reason;
            pieces_.push_back(piece);
            begin = at;
        }
    }
    end_text(text.size());
    return nullptr;
}

// {offset[,width[,base]]}, if there is a brace.
const char* GenerateTemplate::read_modifiers(std::string_view text, size_t& at, Piece& piece) {
    if (!take(text, at, '{')) return nullptr;
    constexpr const char* kForm = "holds '${' that does not go on as ${offset,width,base}";
    bool minus = take(text, at, '-');
    if (!minus) take(text, at, '+');
    uint64_t value;
    if (!take_number(text, at, value)) return kForm;
    piece.offset = minus ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
    if (take(text, at, ',')) {
        if (!take_number(text, at, value)) return kForm;
        if (value > kMaxWidth) return "has a width over 255";
        piece.width = static_cast<uint32_t>(value);
        if (take(text, at, ',')) {
            if (at == text.size()) return kForm;
            piece.base = text[at++];
            constexpr std::string_view kBases = "doxXnN";
            if (kBases.find(piece.base) == kBases.npos)
                return "has a base that is none of d o x X n N";
        }
    }
    return take(text, at, '}') ? nullptr : kForm;
}

const char* GenerateTemplate::expand(uint32_t number, std::string& out) const {
    out.clear();
    for (const Piece& piece : pieces_) {
        if (!piece.is_number) {
            out += piece.text;
            continue;
        }
        int64_t signed_value = int64_t{number} + piece.offset;
        if (signed_value > static_cast<int64_t>(kMaxNumber)) return "a number gets over 2147483647";
        bool minus = signed_value < 0 && piece.base == 'd';
        uint32_t width = piece.width;
        if (minus) {
            out += '-';
            if (width > 0) --width;
        }
        // Below zero the other bases show the number's two's complement, as BIND has it.
        uint32_t value = static_cast<uint32_t>(minus ? -signed_value : signed_value);
        switch (piece.base) {
            case 'o':
                append_digits(out, value, 8, width, 'a');
                break;
            case 'x':
                append_digits(out, value, 16, width, 'a');
                break;
            case 'X':
                append_digits(out, value, 16, width, 'A');
                break;
            case 'n':
                append_nibbles(out, value, width, 'a');
                break;
            case 'N':
                append_nibbles(out, value, width, 'A');
                break;
            default:
                append_digits(out, value, 10, width, 'a');
                break;
        }
    }
    return nullptr;
}

// $GENERATE range owner [TTL] [class] type data
EntryReader::End EntryReader::read_generate(Tokens tokens) {
    if (!has_arguments(tokens, 4, tokens.size(), "needs a range, an owner, a type and data"))
        return End::reached;
    auto refuse = [&](const Token& token, const char* reason) {
        report(kGenerateSyntax, token, {quoted(token.text()) + " " + reason});
        return End::reached;
    };
    GenerateRange range;
    if (const char* reason = read_generate_range(tokens[1].text(), range))
        return refuse(tokens[1], reason);
    Head head;
    size_t at = 3;
    if (!read_head(tokens, at, head)) return End::reached;
    if (at == tokens.size()) {
        report_behind(kMissingRdata, tokens.back(), {dns::type_text(head.type), "data"});
        return End::reached;
    }
    if (range.count() > setting_.budget->records_left) {
        report(kGenerateLimit, tokens[1],
               {std::to_string(range.count()) + " records",
                std::to_string(setting_.budget->records_left)});
        return End::reached;
    }
    std::vector<GenerateTemplate> templates(1 + tokens.size() - at);
    for (size_t i = 0; i < templates.size(); ++i) {
        const Token& token = tokens[i == 0 ? 2 : at + i - 1];
        if (const char* reason = templates[i].read(token.text())) return refuse(token, reason);
    }
    uint32_t ttl;
    if (settle_ttl(head, tokens[0], ttl)) generate(tokens, at, templates, range, head.type, ttl);
    return End::reached;
}

// Makes the records of all steps. The first step that fails is told, with its words; those behind
// it, which mostly fail for the same reason, are left out.
void EntryReader::generate(Tokens tokens, size_t data_at,
                           const std::vector<GenerateTemplate>& templates,
                           const GenerateRange& range, uint16_t type, uint32_t ttl) {
    GenerateBudget& budget = *setting_.budget;
    budget.records_left -= static_cast<size_t>(range.count());
    dns::Source made{dns::SourceKind::generate,
                     setting_.sources->at(setting_.source).name,
                     {setting_.source, tokens[0].line, tokens[0].column},
                     nullptr};
    uint32_t source = setting_.sources->add(std::move(made));
    GeneratedStep step{templates, tokens.subspan(data_at), type};
    uint32_t line = 0;
    for (uint64_t number = range.start; number <= range.stop; number += range.step) {
        dns::Name owner;
        run_open_ = false;
        size_t octets = 0;
        const bool good = make_owner(step, static_cast<uint32_t>(number), tokens[2], owner) &&
                          make_rdata(step, static_cast<uint32_t>(number), octets);
        if (!good) break;
        append_record(owner, {source, ++line, 1}, ttl, type);
        octets += scratch_.owner_text.size();
        if (octets > budget.octets_left) {
            report(kGenerateLimit, tokens[1],
                   {"too much text", std::to_string(budget.octets_left) + " octets"});
            break;
        }
        budget.octets_left -= octets;
    }
    run_open_ = false;
}

bool EntryReader::make_owner(const GeneratedStep& step, uint32_t number, const Token& at,
                             dns::Name& owner) {
    std::string& text = scratch_.owner_text;
    if (const char* reason = step.templates[0].expand(number, text))
        return report(kGenerateSyntax, at, {reason});
    Token token = at;
    token.begin = text.data();
    token.end = text.data() + text.size();
    uint8_t name[dns::kMaxName];
    std::string reason;
    size_t size = parse_name(token, state_.origin, name, reason);
    if (size == 0) return report_name(token, reason);
    owner = dns::Name(dns::NameView(name, size));
    return true;
}

// The data of one step. A lone string is read once more without its quotes, so that data of
// several words can be written "10 mail$".
bool EntryReader::make_rdata(const GeneratedStep& step, uint32_t number, size_t& octets) {
    std::vector<Token>& made = scratch_.generated_tokens;
    std::vector<std::string>& texts = scratch_.generated_texts;
    texts.resize(std::max(texts.size(), step.data.size()));
    for (size_t i = 0; i < step.data.size(); ++i) {
        if (const char* reason = step.templates[i + 1].expand(number, texts[i]))
            return report(kGenerateSyntax, step.data[i], {reason});
        octets += texts[i].size();
    }
    if (step.data.size() == 1 && step.data[0].quoted) {
        const std::string& text = texts[0];
        const char* end = text.data() + text.size();
        Lexer lexer(text.data(), end, 1);
        if (!lexer.next(scratch_.generated, end) ||
            scratch_.generated.fault != LexicalFault::none || lexer.position() != end)
            return report(kGenerateSyntax, step.data[0], {quoted(text) + " cannot be read"});
        made.assign(scratch_.generated.tokens.begin(), scratch_.generated.tokens.end());
        for (Token& token : made) {
            token.line = step.data[0].line;
            token.column = step.data[0].column;
        }
    } else {
        made.assign(step.data.begin(), step.data.end());
        for (size_t i = 0; i < made.size(); ++i) {
            made[i].begin = texts[i].data();
            made[i].end = texts[i].data() + texts[i].size();
        }
    }
    if (!escapes_are_good(made)) return false;
    FieldFault fault;
    scratch_.rdata.clear();
    if (parse_rdata(step.type, made, state_.origin, scratch_.rdata, fault)) return true;
    report_rdata(step.type, made, step.data.back(), fault);
    return false;
}

}  // namespace zoneparser
