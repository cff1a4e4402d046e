// What `apex ctl` asks a running server: one line of words over the control socket. The commands
// are one table, a row each; the server, `apex ctl`, its help and the fuzzer read it.
//
//   request   text zone add example.com "/srv/my zones/example.com.zone"
//             form, command, operands; a word with blanks stands in quotes, with \" \\ and \DDD
//   reply     lines that begin with a blank: the text (or JSON, one object a line) to be shown
//             fault SENTENCE    what went wrong     hint SENTENCE    what to do about it
//             exit N            always the last line
//
// A connection may carry several requests, one after the other.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"

namespace server {

// A request line is at most so long, without its end. Two paths of any length fit.
inline constexpr size_t kLongestRequest = 16384;
inline constexpr size_t kMostWords = 64;

enum class ControlCommand : uint8_t {
    status,
    zones,
    stats,
    which,
    explain,
    reload,
    zone_add,
    zone_remove,
    zone_reload,
    log_reopen,
    stop,
};

struct ControlRow {
    ControlCommand command;
    const char* words;     // "zone add"
    const char* operands;  // "NAME FILE", as a synopsis shows them
    size_t least, most;    // how many
    const char* sentence;
};
std::span<const ControlRow> control_rows();

struct ControlRequest {
    ControlCommand command = ControlCommand::status;
    bool json = false;
    std::vector<std::string> operands;
};

// Why a call or a line is no request.
struct ControlFault {
    std::string sentence;
    std::string hint;
};

// The words of a call of `apex ctl`, without its options.
dns::Result<ControlRequest, ControlFault> read_command(std::span<const std::string> words);

// A line without its end.
dns::Result<ControlRequest, ControlFault> read_request(std::string_view line);
// The line for a request, with its end.
std::string write_request(const ControlRequest& request);

// The words of a line; false if a quote is not closed, an escape is none, or there are too many.
bool read_words(std::string_view line, std::vector<std::string>& words);
void append_quoted(std::string& line, std::string_view word);

// Octets of a connection in, lines out, whatever the pieces that they come in.
class LineReader {
  public:
    enum class Next : uint8_t { line, nothing, too_long };

    explicit LineReader(size_t longest) : longest_(longest) {}

    void take(std::string_view octets) { octets_ += octets; }
    // The next line without its end, if there is one. A line that is too long ends the connection.
    Next next(std::string& line);

  private:
    size_t longest_;
    std::string octets_;
    size_t searched_ = 0;  // no line ends before this
};

}  // namespace server
