#include "tests/reference/name.h"

#include <algorithm>
#include <cctype>

namespace apex_tests::reference {

std::string lower(std::string text) {
    for (char& octet : text)
        if (octet >= 'A' && octet <= 'Z') octet = static_cast<char>(octet - 'A' + 'a');
    return text;
}

Name lower(Name name) {
    for (std::string& label : name) label = lower(std::move(label));
    return name;
}

bool same(const Name& a, const Name& b) {
    return a.size() == b.size() && compare(a, b) == 0;
}

bool is_at_or_below(const Name& name, const Name& ancestor) {
    return name.size() >= ancestor.size() && same(last_labels(name, ancestor.size()), ancestor);
}

Name last_labels(const Name& name, size_t labels) {
    return Name(name.end() - static_cast<std::ptrdiff_t>(labels), name.end());
}

Name child(const std::string& label, const Name& parent) {
    return joined({label}, parent);
}

Name joined(const Name& relative, const Name& parent) {
    Name name = relative;
    name.insert(name.end(), parent.begin(), parent.end());
    return name;
}

namespace {

int lower_octet(char octet) {
    return octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : static_cast<unsigned char>(octet);
}

int compare_labels(const std::string& a, const std::string& b) {
    for (size_t i = 0; i < a.size() && i < b.size(); ++i)
        if (lower_octet(a[i]) != lower_octet(b[i])) return lower_octet(a[i]) - lower_octet(b[i]);
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace

// RFC 4034 6.1: labels as left-justified octet strings, upper case as lower case, from the most
// significant (rightmost) to the least; "the absence of an octet sorts before a zero value octet".
int compare(const Name& a, const Name& b) {
    for (size_t i = 1; i <= a.size() && i <= b.size(); ++i) {
        int order = compare_labels(a[a.size() - i], b[b.size() - i]);
        if (order != 0) return order;
    }
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

Name from_wire(dns::NameView wire) {
    Name name;
    size_t at = 0;
    while (at < wire.size() && wire.data()[at] != 0) {
        size_t size = wire.data()[at];
        name.emplace_back(reinterpret_cast<const char*>(wire.data()) + at + 1, size);
        at += size + 1;
    }
    return name;
}

Name from_text(std::string_view text) {
    Name name;
    std::string label;
    bool in_label = false;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.') {
            if (in_label) name.push_back(label);
            label.clear();
            in_label = false;
            continue;
        }
        in_label = true;
        if (text[i] == '\\' && i + 3 < text.size() && std::isdigit(text[i + 1])) {
            label += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 3))));
            i += 3;
        } else {
            if (text[i] == '\\' && i + 1 < text.size()) ++i;
            label += text[i];
        }
    }
    if (in_label) name.push_back(label);
    return name;
}

std::string to_wire(const Name& name) {
    std::string wire;
    for (const std::string& label : name) {
        wire += static_cast<char>(label.size());
        wire += label;
    }
    wire += '\0';
    return wire;
}

size_t wire_size(const Name& name) {
    size_t size = 1;
    for (const std::string& label : name) size += label.size() + 1;
    return size;
}

bool is_legal(const Name& name) {
    return wire_size(name) <= 255 && std::all_of(name.begin(), name.end(), [](const auto& label) {
               return !label.empty() && label.size() <= 63;
           });
}

std::string to_text(const Name& name) {
    if (name.empty()) return ".";
    std::string text;
    for (const std::string& label : name) {
        for (char octet : label) {
            auto value = static_cast<unsigned char>(octet);
            if (value < 0x80 && (std::isalnum(value) ||
                                 std::string_view("-_*").find(octet) != std::string_view::npos)) {
                text += octet;
            } else {
                std::string digits = std::to_string(value);
                text += "\\" + std::string(3 - digits.size(), '0') + digits;
            }
        }
        text += '.';
    }
    return text;
}

dns::Name to_dns(const Name& name) {
    std::string wire = to_wire(name);
    return dns::Name(dns::NameView(reinterpret_cast<const uint8_t*>(wire.data()), wire.size()));
}

}  // namespace apex_tests::reference
