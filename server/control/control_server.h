// The control socket: requests of control_request.h in, replies out. Everything here runs on the
// thread of one io_context; what a request takes long for is done elsewhere and comes back.
//
//   session   reading --line--> handling --reply--> writing --all sent--> reading ...
//             (deadline)        (no deadline)       (deadline a block)    (deadline)
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "dns/base/result.h"
#include "server/control/control_request.h"
#include "server/net/asio.h"

namespace server {

struct ControlReply {
    int exit_code = 0;  // of `apex ctl`
    std::string fault;  // a sentence, "" for none
    std::string hint;
    std::string text;  // lines, each with its end
    // More lines, a block a call, after `text`; an empty block is the end. May be null.
    std::function<std::string()> more;
};

// `reply` may be called later and from any thread, once.
using ControlFunction =
    std::function<void(const ControlRequest&, std::function<void(ControlReply)> reply)>;

struct ControlSettings {
    size_t sessions = 32;
    std::chrono::nanoseconds request = std::chrono::seconds(10);  // for a whole line
    std::chrono::nanoseconds output = std::chrono::seconds(30);   // for a block to be taken
};

class ControlServer {
  public:
    ControlServer(net::asio::io_context& io, ControlFunction function, ControlSettings settings);
    ~ControlServer();

    // Makes the socket, in place of one that is there: the state folder must be locked.
    dns::Result<void> open(const std::string& path);
    // Takes no connections any more and removes the socket. Replies on their way are still sent.
    void close();
    // Sessions whose request is not answered yet.
    bool busy() const;

  private:
    class Session;
    struct Shared;

    void accept();
    void pause();

    std::shared_ptr<Shared> shared_;
};

// The lines of a reply as they are sent, but for `more`.
std::string reply_body(std::string_view text);
std::string reply_end(const ControlReply& reply);

// A path for bind and connect: sockaddr_un has room for 107 octets, so a longer one goes by its
// folder's descriptor. False if the folder cannot be opened.
class SocketPath {
  public:
    explicit SocketPath(const std::string& path);
    ~SocketPath();
    SocketPath(const SocketPath&) = delete;
    SocketPath& operator=(const SocketPath&) = delete;
    const std::string& text() const { return text_; }

  private:
    std::string text_;
    int folder_ = -1;
};

}  // namespace server
