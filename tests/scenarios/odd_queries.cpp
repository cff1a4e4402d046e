#include "tests/scenarios/odd_queries.h"

#include <algorithm>
#include <array>

#include "tests/support/octets.h"

namespace apex_tests {

namespace {

std::string u16(size_t value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

// Appends octets; false where some digit is none, or one is left over.
bool append_hex(const std::vector<std::string>& values, size_t at, std::string& to) {
    if (at >= values.size()) return true;
    OctetString octets = from_hex(values[at]);
    to.append(octets.begin(), octets.end());
    return octets.size() * 2 == values[at].size();
}

size_t hex_number(const std::string& text) {
    return std::stoul(text, nullptr, 16);
}

// "q=example.,A" as name and value.
std::pair<std::string, std::vector<std::string>> parts_of(const std::string& word) {
    size_t at = std::min(word.find('='), word.size());
    std::string values = word.substr(std::min(at + 1, word.size()));
    return {word.substr(0, at), words_of(values, ',')};
}

class Maker {
  public:
    bool add(const std::string& word) {
        auto [name, values] = parts_of(word);
        if (name == "id" && values.size() == 1)
            id_ = hex_number(values[0]);
        else if (name == "flags" && values.size() == 1)
            flags_ = hex_number(values[0]);
        else if (name == "q")
            return question(values);
        else if (name == "rr")
            return record(values);
        else if (name == "opt")
            return opt(values);
        else if (name == "hex" && values.size() <= 1)
            return append_hex(values, 0, body_);
        else if (name == "counts" && values.size() == 4)
            for (size_t i = 0; i < 4; ++i) forced_[i] = std::stoi(values[i]);
        else if (name == "cut" && values.size() == 1)
            cut_ = std::stoul(values[0]);
        else if (name == "pad" && values.size() == 1)
            body_ += std::string(std::stoul(values[0]), '\0');
        else
            return false;
        return true;
    }

    std::string octets() const {
        std::string out = u16(id_) + u16(flags_);
        for (size_t i = 0; i < 4; ++i)
            out += u16(forced_[i] >= 0 ? static_cast<size_t>(forced_[i]) : counts_[i]);
        return (out + body_).substr(0, cut_);
    }

  private:
    bool question(const std::vector<std::string>& values) {
        if (values.size() < 2 || type_of(values[1]) < 0) return false;
        int rr_class = values.size() > 2 ? class_of(values[2]) : 1;
        if (rr_class < 0) return false;
        ++counts_[0];
        body_ += reference::to_wire(reference::from_text(values[0])) +
                 u16(static_cast<size_t>(type_of(values[1]))) + u16(static_cast<size_t>(rr_class));
        return true;
    }

    bool record(const std::vector<std::string>& values) {
        static const std::string kSections[] = {"", "an", "ns", "ar"};
        if (values.size() < 5 || type_of(values[2]) < 0 || class_of(values[3]) < 0) return false;
        size_t section = 1;
        while (section < 4 && values[0] != kSections[section]) ++section;
        if (section == 4) return false;
        ++counts_[section];
        std::string rdata;
        if (!append_hex(values, 5, rdata)) return false;
        body_ += reference::to_wire(reference::from_text(values[1])) +
                 u16(static_cast<size_t>(type_of(values[2]))) +
                 u16(static_cast<size_t>(class_of(values[3]))) + u16(0) +
                 u16(std::stoul(values[4])) + u16(rdata.size()) + rdata;
        return true;
    }

    bool opt(const std::vector<std::string>& values) {
        if (values.size() < 4) return false;
        ++counts_[3];
        std::string options;
        if (!append_hex(values, 4, options)) return false;
        body_ += std::string(1, '\0') + u16(41) + u16(std::stoul(values[0])) +
                 static_cast<char>(std::stoi(values[1])) + static_cast<char>(std::stoi(values[2])) +
                 u16(hex_number(values[3])) + u16(options.size()) + options;
        return true;
    }

    size_t id_ = 0x1234, flags_ = 0, cut_ = std::string::npos;
    std::array<size_t, 4> counts_{};
    std::array<int, 4> forced_{-1, -1, -1, -1};
    std::string body_;
};

std::string trimmed(const std::string& text) {
    size_t first = text.find_first_not_of(' ');
    return first == std::string::npos ? ""
                                      : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// One fact of the outcome; false if there is no such word.
bool holds(const std::string& word, const reference::Message& reply, bool& true_here) {
    auto [name, values] = parts_of(word);
    bool no = name.rfind("no-", 0) == 0;
    std::string fact = no ? name.substr(3) : name;
    size_t number = values.empty() ? 0 : std::stoul(values[0]);
    const reference::Option* error = reply.edns ? reply.edns->find(15) : nullptr;
    if (fact == "edns")
        true_here = reply.edns.has_value();
    else if (fact == "aa")
        true_here = reply.has(0x0400);
    else if (fact == "tc")
        true_here = reply.has(0x0200);
    else if (fact == "rd")
        true_here = reply.has(0x0100);
    else if (fact == "question")
        true_here = reply.question.has_value();
    else if (fact == "answers" && !values.empty())
        true_here = reply.sections[reference::kAnswer].size() == number;
    else if (fact == "authority" && !values.empty())
        true_here = reply.sections[reference::kAuthority].size() == number;
    else if (fact == "option" && !values.empty())
        true_here = reply.edns && reply.edns->find(static_cast<uint16_t>(number));
    else if (fact == "ede" && !values.empty())
        true_here = error && error->octets.substr(0, 2) == u16(number);
    else
        return false;
    true_here = true_here != no;
    return true;
}

}  // namespace

bool read_odd_query(const std::string& row, OddQuery& out, std::string& fault) {
    std::vector<std::string> columns = words_of(row, '|');
    if (columns.size() != 3) {
        fault = "three columns are wanted: " + row;
        return false;
    }
    out.title = trimmed(columns[0]);
    Maker maker;
    for (const std::string& word : words_of(columns[1]))
        if (!maker.add(word)) {
            fault = "cannot read " + word + " of: " + row;
            return false;
        }
    out.octets = maker.octets();
    out.outcome = words_of(columns[2]);
    return true;
}

std::vector<std::string> differences(const OddQuery& query, std::span<const uint8_t> octets,
                                     bool udp) {
    std::vector<std::string> words = query.outcome;
    if (words.empty()) return {"no outcome is written down"};
    if (words[0] == "udp" || words[0] == "tcp") {
        if ((words[0] == "udp") != udp) return {};
        words.erase(words.begin());
    }
    if (words[0] == "silent") {
        if (octets.empty()) return {};
        return {"there is a reply"};
    }
    if (octets.empty()) return {"there is no reply"};
    std::string why;
    std::optional<reference::Message> reply = reference::read_message(octets, why);
    if (!reply) return {"the reply cannot be read: " + why};
    std::vector<std::string> said;
    std::vector<std::string> rcodes = words_of(words[0], '/');
    if (std::none_of(rcodes.begin(), rcodes.end(),
                     [&](const std::string& word) { return rcode_of(word) == reply->rcode(); }))
        said.push_back("rcode " + std::to_string(reply->rcode()) + " for " + words[0]);
    const std::string& asked = query.octets;
    if (!reply->has(0x8000)) said.push_back("qr is not set");
    if (reply->has(0x00f0)) said.push_back("ra, z, ad or cd is set");
    if (u16(reply->id) != asked.substr(0, 2)) said.push_back("another id");
    if ((reply->flags >> 8 & 0x79) != (static_cast<uint8_t>(asked[2]) & 0x79))
        said.push_back("opcode and rd are not copied");
    if (reply->question &&
        asked.substr(12, reply->question->octets.size()) != reply->question->octets)
        said.push_back("another question");
    for (size_t i = 1; i < words.size(); ++i) {
        bool true_here = false;
        if (!holds(words[i], *reply, true_here))
            said.push_back("unknown word " + words[i]);
        else if (!true_here)
            said.push_back("not " + words[i]);
    }
    return said;
}

}  // namespace apex_tests
