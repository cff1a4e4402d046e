// Where a command writes: one big buffer in front of a descriptor. A reader that went away (a
// closed pipe) is no fault: what follows is dropped quietly. A full disk is one.
#pragma once

#include <string>
#include <string_view>

namespace server {

class Output {
  public:
    // A negative descriptor keeps everything in text(), for tests.
    explicit Output(int descriptor) : descriptor_(descriptor) {}

    void write(std::string_view text) {
        text_ += text;
        if (text_.size() >= kFull) flush();
    }
    // The buffer itself, for who appends many small pieces; call write("") now and then.
    std::string& buffer() { return text_; }
    void flush();

    // True when nobody reads any more, or nothing more can be written.
    bool closed() const { return closed_; }
    // What the system said when writing failed, "" if it did not.
    const std::string& fault() const { return fault_; }
    const std::string& text() const { return text_; }

  private:
    static constexpr size_t kFull = size_t{1} << 18;

    int descriptor_;
    std::string text_;
    std::string fault_;
    bool closed_ = false;
};

}  // namespace server
