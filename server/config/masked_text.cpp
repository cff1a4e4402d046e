#include "server/config/masked_text.h"

#include <string_view>

namespace server {

namespace {

constexpr std::string_view kWord = "secret";
constexpr std::string_view kBlank = " \t";

// Walks over what follows the word, and stars out the strings.
class Mask {
  public:
    Mask(std::string& text, size_t at) : text_(text), at_(at) {}

    // Where the walk ended.
    size_t run() {
        if (at_ < text_.size() && text_[at_] == 's') ++at_;
        if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) ++at_;
        pass(kBlank);
        if (at_ == text_.size() || text_[at_] != '=') return at_;
        ++at_;
        pass(kBlank);
        const bool is_list = at_ < text_.size() && text_[at_] == '[';
        do {
            if (is_list) pass_between();
            if (!star_string()) break;
        } while (is_list);
        return at_;
    }

  private:
    void pass(std::string_view octets) {
        at_ = std::min(text_.find_first_not_of(octets, at_), text_.size());
    }
    // What stands between the strings of a list, comments too.
    void pass_between() {
        pass(" \t\r\n[,");
        while (at_ < text_.size() && text_[at_] == '#') {
            at_ = std::min(text_.find('\n', at_), text_.size());
            pass(" \t\r\n[,");
        }
    }
    // A string to its end; one that has none ends with its line, or with the text. What is no
    // string, but stands where one should, is starred to the end of its line.
    bool star_string() {
        if (at_ == text_.size() || text_[at_] == ']' || text_[at_] == '\n') return false;
        const char quote = text_[at_];
        if (quote != '"' && quote != '\'') {
            star_until(std::min(text_.find_first_of(",]}\n", at_), text_.size()));
            return false;
        }
        const std::string three(3, quote);
        const bool is_long = text_.compare(at_, 3, three) == 0;
        at_ += is_long ? 3 : 1;
        size_t end = is_long ? text_.find(three, at_) : text_.find(quote, at_);
        if (!is_long) end = std::min(end, text_.find('\n', at_));
        end = std::min(end, text_.size());
        star_until(end);
        const bool closed = end < text_.size() && text_[end] == quote;
        if (closed) at_ += is_long ? 3 : 1;
        return closed;
    }
    void star_until(size_t end) {
        for (; at_ < end; ++at_)
            if (text_[at_] != '\n' && text_[at_] != '\r') text_[at_] = '*';
    }

    std::string& text_;
    size_t at_;
};

}  // namespace

std::shared_ptr<const std::string> masked(std::shared_ptr<const std::string> text) {
    size_t at = text->find(kWord);
    if (at == std::string::npos) return text;
    auto copy = std::make_shared<std::string>(*text);
    while (at != std::string::npos) {
        at = Mask(*copy, at + kWord.size()).run();
        at = copy->find(kWord, at);
    }
    return copy;
}

}  // namespace server
