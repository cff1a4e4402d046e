#include "tests/scenarios/scenario.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "dns/rr_types.h"
#include "tests/support/memory_files.h"
#include "tests/support/octets.h"
#include "zoneparser/parser.h"

namespace apex_tests {

using reference::Message;
using reference::MessageRecord;
using reference::Name;
using reference::World;

namespace {

constexpr uint16_t kAa = 0x0400, kTc = 0x0200, kRd = 0x0100, kAd = 0x0020, kCd = 0x0010;
constexpr uint16_t kNsid = 3, kExpire = 9, kCookie = 10, kKeepalive = 11, kPadding = 12,
                   kError = 15, kZoneVersion = 19;

std::string octets_of(const std::string& hex) {
    OctetString octets = from_hex(hex);
    return {octets.begin(), octets.end()};
}

bool starts_with(const std::string& text, const std::string& start) {
    return text.rfind(start, 0) == 0;
}

// "name=value" where the word begins so.
bool value_of(const std::string& word, const char* name, std::string& value) {
    std::string start = std::string(name) + "=";
    if (!starts_with(word, start)) return false;
    value = word.substr(start.size());
    return true;
}

int number_of(const std::string& word) {
    bool digits =
        !word.empty() && word.size() <= 5 &&
        std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? std::stoi(word) : -1;
}

// Reads one file line by line; each directive takes the lines up to the next.
class Reader {
  public:
    explicit Reader(Scenario& scenario) : scenario_(scenario) {}

    void read(const std::string& text) {
        std::istringstream lines(text);
        std::string line, directive, block;
        size_t number = 0, at = 0;
        while (std::getline(lines, line) && scenario_.fault.empty()) {
            ++number;
            if (starts_with(line, "#")) continue;
            if (!starts_with(line, "%")) {
                block += line + "\n";
                continue;
            }
            run(directive, block, at);
            directive = line.substr(1);
            block.clear();
            at = number;
        }
        run(directive, block, at);
    }

  private:
    void fault(const std::string& what) {
        if (scenario_.fault.empty())
            scenario_.fault = scenario_.file + ":" + std::to_string(line_) + ": " + what;
    }

    void run(const std::string& directive, const std::string& block, size_t line) {
        line_ = line;
        std::vector<std::string> words = words_of(directive);
        if (words.empty()) return;
        std::string kind = words.front();
        words.erase(words.begin());
        if (kind == "title") {
            title_ = directive.substr(directive.find("title") + 6);
        } else if (kind == "option" && !words.empty()) {
            option(words);
        } else if (kind == "view" && !words.empty()) {
            view(words);
        } else if (kind == "zone" && !words.empty()) {
            zone(words, block);
        } else if (kind == "query" && words.size() >= 2) {
            query(words, block);
        } else if (kind == "table") {
            std::istringstream lines(block);
            for (std::string row; std::getline(lines, row);)
                if (!words_of(row).empty()) scenario_.table.push_back(row);
        } else {
            fault("unknown directive " + directive);
        }
    }

    void option(const std::vector<std::string>& words) {
        World& world = scenario_.world;
        std::string value = words.size() > 1 ? words[1] : "";
        if (words[0] == "nsid")
            world.nsid = octets_of(value);
        else if (words[0] == "version")
            world.version = value;
        else if (words[0] == "server-id")
            world.server_id = value;
        else if (words[0] == "cookies")
            world.cookies = value != "off";
        else if (words[0] == "udp-size")
            world.udp_size = static_cast<uint16_t>(std::stoi(value));
        else if (words[0] == "follow")
            world.views.back().follow_view = value == "view";
        else
            fault("unknown option " + words[0]);
    }

    void view(const std::vector<std::string>& words) {
        std::vector<reference::View>& views = scenario_.world.views;
        bool untouched = views.size() == 1 && views[0].zones.empty() && !views[0].clients;
        if (!untouched || named_a_view_) views.emplace_back();
        named_a_view_ = true;
        views.back().name = words[0];
        for (size_t i = 1; i < words.size(); ++i) {
            std::string value;
            if (value_of(words[i], "clients", value))
                views.back().clients = words_of(value, ',');
            else if (value_of(words[i], "destinations", value))
                views.back().destinations = words_of(value, ',');
            else if (value_of(words[i], "allow", value))
                views.back().allow_query = words_of(value, ',');
            else if (value_of(words[i], "follow", value))
                views.back().follow_view = value == "view";
            else
                fault("unknown word " + words[i]);
        }
    }

    void zone(const std::vector<std::string>& words, const std::string& block) {
        reference::ServedZone served;
        served.name = reference::from_text(words[0]);
        bool is_loaded = true;
        for (size_t i = 1; i < words.size(); ++i) {
            std::string value;
            if (words[i] == "not-loaded")
                is_loaded = false;
            else if (value_of(words[i], "allow", value))
                served.allow_query = words_of(value, ',');
            else if (words[i] != "refused")  // by rules, which nothing here asks
                fault("unknown word " + words[i]);
        }
        std::string why;
        if (!read_records(block, served.name, served.records, why)) return fault(why);
        if (is_loaded) served.zone.emplace(served.name, served.records);
        scenario_.world.views.back().zones.push_back(std::move(served));
    }

    static reference::Edns& edns_of(reference::Ask& ask) {
        if (!ask.edns) ask.edns = reference::Edns{1232, 0, 0, false, 0, {}};
        return *ask.edns;
    }

    bool query_word(const std::string& word, reference::Ask& ask, reference::Asker& asker) {
        static const std::pair<const char*, uint16_t> kFlags[] = {
            {"rd", kRd}, {"ad", kAd}, {"cd", kCd}};
        for (auto& [name, flag] : kFlags)
            if (word == name) return ask.flags |= flag, true;
        static const std::pair<const char*, uint16_t> kOptions[] = {{"nsid", kNsid},
                                                                    {"expire", kExpire},
                                                                    {"keepalive", kKeepalive},
                                                                    {"padding", kPadding},
                                                                    {"zone-version", kZoneVersion}};
        for (auto& [name, option] : kOptions)
            if (word == name) return edns_of(ask).options.push_back({option, ""}), true;
        std::string value;
        if (word == "edns")
            edns_of(ask);
        else if (word == "do")
            edns_of(ask).dnssec_ok = true;
        else if (word == "tcp")
            asker.transport = reference::Transport::tcp;
        else if (word == "udp")
            asker.transport = reference::Transport::udp;
        else if (value_of(word, "size", value))
            edns_of(ask).udp_size = static_cast<uint16_t>(std::stoi(value));
        else if (value_of(word, "cookie", value))
            edns_of(ask).options.push_back({kCookie, octets_of(value)});
        else if (value_of(word, "from", value))
            asker.address = value;
        else if (value_of(word, "to", value))
            asker.local = value;
        else
            return false;
        return true;
    }

    void query(const std::vector<std::string>& words, const std::string& block) {
        ScenarioQuery query;
        reference::Ask ask;
        ask.name = reference::from_text(words[0]);
        if (type_of(words[1]) < 0) return fault("unknown type " + words[1]);
        ask.type = static_cast<uint16_t>(type_of(words[1]));
        for (size_t i = 2; i < words.size(); ++i) {
            if (query_word(words[i], ask, query.asker)) continue;
            if (i != 2 || class_of(words[i]) < 0) return fault("unknown word " + words[i]);
            ask.rr_class = static_cast<uint16_t>(class_of(words[i]));
        }
        query.title = scenario_.file + ":" + std::to_string(line_) + ": " + title_ + ": " +
                      words[0] + " " + words[1];
        query.octets = to_octets(ask);
        query.expected.edns = ask.edns.has_value();
        query.expected.dnssec_ok = ask.edns && ask.edns->dnssec_ok;
        reply(block, ask.rr_class, query.expected);
        scenario_.queries.push_back(std::move(query));
    }

    bool edns_word(const std::string& word, ExpectedText& out) {
        std::string value;
        if (word == "do")
            out.dnssec_ok = true;
        else if (word == "cookie")
            out.cookie = true;
        else if (word == "keepalive")
            out.keepalive = true;
        else if (word == "padding")
            out.padding = true;
        else if (value_of(word, "ede", value))
            out.extended_error = static_cast<uint16_t>(std::stoi(value));
        else if (value_of(word, "nsid", value))
            out.nsid = octets_of(value);
        else if (value_of(word, "expire", value))
            out.expire = octets_of(value);
        else if (value_of(word, "zone-version", value))
            out.zone_version = octets_of(value);
        else
            return false;
        return true;
    }

    // A line before the sections.
    bool reply_line(const std::vector<std::string>& words, ExpectedText& out) {
        if (words[0] == "no-reply") {
            out.silent = true;
        } else if (words[0] == "rcode" && words.size() == 2 && rcode_of(words[1]) >= 0) {
            out.rcode = static_cast<uint16_t>(rcode_of(words[1]));
        } else if (words[0] == "flags") {
            for (size_t i = 1; i < words.size(); ++i)
                out.flags |= words[i] == "aa" ? kAa : words[i] == "tc" ? kTc : kRd;
        } else if (words[0] == "edns") {
            out.edns = true;
            for (size_t i = 1; i < words.size(); ++i)
                if (!edns_word(words[i], out)) return false;
        } else {
            return false;
        }
        return true;
    }

    void reply(const std::string& block, uint16_t rr_class, ExpectedText& out) {
        std::istringstream lines(block);
        std::string section;
        std::string texts[2];  // authority, additional
        std::vector<std::string> answers;
        for (std::string line; std::getline(lines, line);) {
            std::vector<std::string> words = words_of(line);
            if (words.empty()) continue;
            if (words[0].back() == ':' && words.size() == 1) {
                section = words[0];
                if (section == "answer:" || section == "or:") answers.emplace_back();
            } else if (section == "answer:" || section == "or:") {
                answers.back() += line + "\n";
            } else if (section == "authority:" || section == "additional:") {
                texts[section == "additional:"] += line + "\n";
            } else if (!section.empty() || !reply_line(words, out)) {
                return fault("cannot read the line: " + line);
            }
        }
        if (answers.empty()) answers.emplace_back();
        for (const std::string& answer : answers) out.answers.push_back(records(answer, rr_class));
        out.authority = records(texts[0], rr_class);
        out.additional = records(texts[1], rr_class);
    }

    std::vector<MessageRecord> records(std::string text, uint16_t rr_class) {
        std::vector<reference::Record> read;
        std::vector<MessageRecord> out;
        std::string why;
        // The parser knows zones, and zones are of one class.
        for (size_t at; (at = text.find(" CH ")) != std::string::npos;) text.replace(at, 4, " IN ");
        if (!read_records(text, {}, read, why)) fault(why);
        for (reference::Record& record : read)
            out.push_back({std::move(record.owner), record.type,
                           rr_class == 255 ? uint16_t{1} : rr_class, record.ttl,
                           std::move(record.rdata)});
        return out;
    }

    Scenario& scenario_;
    std::string title_;
    size_t line_ = 0;
    bool named_a_view_ = false;
};

}  // namespace

std::vector<std::string> words_of(const std::string& line, char separator) {
    std::vector<std::string> words;
    std::istringstream text(line);
    for (std::string word; std::getline(text, word, separator);)
        if (!word.empty()) words.push_back(word);
    return words;
}

int class_of(const std::string& word) {
    static const std::pair<const char*, int> kWords[] = {
        {"IN", 1}, {"CH", 3}, {"HS", 4}, {"NONE", 254}, {"ANY", 255}};
    for (auto& [name, number] : kWords)
        if (word == name) return number;
    return number_of(starts_with(word, "CLASS") ? word.substr(5) : word);
}

int type_of(const std::string& word) {
    static const std::pair<const char*, int> kMeta[] = {
        {"OPT", 41},   {"NXNAME", 128}, {"TKEY", 249},  {"TSIG", 250}, {"IXFR", 251},
        {"AXFR", 252}, {"MAILB", 253},  {"MAILA", 254}, {"ANY", 255}};
    for (auto& [name, number] : kMeta)
        if (word == name) return number;
    uint16_t number = 0;
    return dns::read_type(word, number) ? number : number_of(word);
}

int rcode_of(const std::string& word) {
    static const std::pair<const char*, int> kWords[] = {
        {"NOERROR", 0}, {"FORMERR", 1},  {"SERVFAIL", 2}, {"NXDOMAIN", 3}, {"NOTIMP", 4},
        {"REFUSED", 5}, {"YXDOMAIN", 6}, {"NOTAUTH", 9},  {"BADVERS", 16}, {"BADCOOKIE", 23}};
    for (auto& [name, number] : kWords)
        if (word == name) return number;
    return -1;
}

bool read_records(const std::string& text, const Name& origin,
                  std::vector<reference::Record>& records, std::string& fault) {
    MemoryFiles files;
    dns::Sources sources;
    dns::Severities severities;
    dns::Findings findings(severities);
    zoneparser::Parser parser(files, sources, findings, {});
    dns::Source source;
    source.kind = dns::SourceKind::text;
    source.name = "scenario";
    zoneparser::ParsedZone parsed = parser.parse_text(text, source, reference::to_dns(origin));
    for (const dns::Finding& finding : findings.rows())
        if (finding.severity == dns::Severity::error) {
            fault = "line " + std::to_string(finding.line) + " of its text: " + finding.sentence();
            return false;
        }
    for (const auto& batch : parsed.batches)
        for (const zoneparser::OwnerRun& run : batch->runs) {
            const zoneparser::RecordHead* head = batch->first_record(run);
            for (uint32_t i = 0; i < run.record_count; ++i, head = head->next())
                records.push_back({reference::from_wire(batch->owner(run)),
                                   head->type,
                                   head->ttl,
                                   {reinterpret_cast<const char*>(head->rdata()), head->rdata_size},
                                   batch->place(*head).line()});
        }
    return true;
}

std::vector<std::string> scenario_files() {
    std::vector<std::string> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(source_folder() + "/tests/scenarios"))
        if (entry.path().extension() == ".txt") files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

Scenario read_scenario(const std::string& path) {
    Scenario scenario;
    scenario.file = std::filesystem::path(path).filename().string();
    Reader(scenario).read(read_whole_file(path));
    return scenario;
}

std::vector<Message> messages_of(const ScenarioQuery& query, const World& world) {
    const ExpectedText& text = query.expected;
    std::span<const uint8_t> octets(reinterpret_cast<const uint8_t*>(query.octets.data()),
                                    query.octets.size());
    reference::ReadRequest request = reference::read_request(octets);
    Message message;
    message.id = request.message.id;
    message.flags = static_cast<uint16_t>(0x8000 | text.flags | (text.rcode & 15));
    message.question = request.message.question;
    message.sections[reference::kAuthority] = text.authority;
    message.sections[reference::kAdditional] = text.additional;
    if (text.edns) {
        reference::Edns edns;
        edns.udp_size = world.udp_size;
        edns.extended_rcode = static_cast<uint8_t>(text.rcode >> 4);
        edns.dnssec_ok = text.dnssec_ok;
        auto add = [&](uint16_t code, const std::optional<std::string>& value) {
            if (value) edns.options.push_back({code, *value});
        };
        add(kNsid, text.nsid);
        add(kExpire, text.expire);
        add(kZoneVersion, text.zone_version);
        if (text.extended_error)
            edns.options.push_back({kError,
                                    {static_cast<char>(*text.extended_error >> 8),
                                     static_cast<char>(*text.extended_error)}});
        if (text.keepalive) edns.options.push_back({kKeepalive, std::string(2, '\0')});
        if (text.padding) edns.options.push_back({kPadding, ""});
        const reference::Option* cookie =
            request.message.edns ? request.message.edns->find(kCookie) : nullptr;
        if (text.cookie && cookie)
            edns.options.push_back({kCookie, cookie->octets.substr(0, 8) + std::string(16, 'c')});
        message.edns = edns;
    }
    std::vector<Message> messages;
    for (const auto& answer : text.answers) {
        messages.push_back(message);
        messages.back().sections[reference::kAnswer] = answer;
    }
    return messages;
}

namespace {

using Rrsets = std::vector<reference::Rrset>;

std::vector<std::string> canonical(const reference::Rrset& rrset) {
    std::vector<std::string> rdata;
    for (const std::string& octets : rrset.rdata)
        rdata.push_back(reference::canonical_rdata(rrset.type, octets));
    std::sort(rdata.begin(), rdata.end());
    return rdata;
}

bool same_rrset(const reference::Rrset& a, const reference::Rrset& b) {
    return reference::same(a.owner, b.owner) && a.type == b.type && a.covered == b.covered &&
           a.ttl == b.ttl && canonical(a) == canonical(b);
}

void not_in(const Rrsets& some, const Rrsets& others, const std::string& what,
            std::vector<std::string>& said) {
    for (const reference::Rrset& rrset : some)
        if (std::none_of(others.begin(), others.end(),
                         [&](const auto& other) { return same_rrset(rrset, other); }))
            said.push_back(what + to_text(rrset));
}

std::vector<std::string> options_of(const Message& message) {
    std::vector<std::string> options;
    if (!message.edns) return options;
    for (const reference::Option& option : message.edns->options) {
        std::string octets = option.octets;
        if (option.code == kCookie) octets = octets.substr(0, 8) + std::to_string(octets.size());
        if (option.code == kError) octets = octets.substr(0, 2);  // the text is free
        if (option.code == kKeepalive || option.code == kPadding) octets.clear();
        options.push_back(std::to_string(option.code) + ":" +
                          to_hex({reinterpret_cast<const uint8_t*>(octets.data()), octets.size()}));
    }
    std::sort(options.begin(), options.end());
    return options;
}

std::vector<std::string> message_differences(const Message& wanted, const Message& got) {
    std::vector<std::string> said;
    auto compare = [&](const char* what, auto a, auto b) {
        if (a != b)
            said.push_back(std::string(what) + " " + std::to_string(b) + " for " +
                           std::to_string(a));
    };
    compare("id", wanted.id, got.id);
    compare("rcode", wanted.rcode(), got.rcode());
    compare("header flags", wanted.flags & 0xfff0, got.flags & 0xfff0);
    compare("OPT", wanted.edns.has_value(), got.edns.has_value());
    if (wanted.edns && got.edns) {
        compare("DO", wanted.edns->dnssec_ok, got.edns->dnssec_ok);
        compare("size in OPT", wanted.edns->udp_size, got.edns->udp_size);
        std::vector<std::string> left = options_of(wanted), right = options_of(got);
        for (const std::string& option : left)
            if (std::count(right.begin(), right.end(), option) == 0)
                said.push_back("option missing: " + option);
        for (const std::string& option : right)
            if (std::count(left.begin(), left.end(), option) == 0)
                said.push_back("option too much: " + option);
    }
    if (wanted.question.has_value() != got.question.has_value() ||
        (wanted.question && wanted.question->octets != got.question->octets))
        said.push_back("another question");
    static const char* const kSections[] = {"answer: ", "authority: ", "additional: "};
    for (size_t section = 0; section < 3; ++section) {
        Rrsets left = rrsets_of(wanted.sections[section]), right = rrsets_of(got.sections[section]);
        not_in(left, right, std::string("missing in ") + kSections[section], said);
        not_in(right, left, std::string("too much in ") + kSections[section], said);
        if (said.empty())
            compare("records", wanted.sections[section].size(), got.sections[section].size());
    }
    return said;
}

}  // namespace

std::vector<std::string> differences(const ScenarioQuery& query, const Message& reply,
                                     const World& world) {
    if (query.expected.silent) return {"there is a reply"};
    std::optional<std::vector<std::string>> fewest;
    for (const Message& message : messages_of(query, world)) {
        std::vector<std::string> said = message_differences(message, reply);
        if (!fewest || said.size() < fewest->size()) fewest = std::move(said);
    }
    return *fewest;
}

}  // namespace apex_tests
