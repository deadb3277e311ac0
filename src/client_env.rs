//! `env`: the lines that point a public client at this server, for `eval "$(bigcommerce-mock env python)"`.

use std::fmt::Write;
use std::net::IpAddr;
use std::path::PathBuf;

/// Where the certificate is put when the server does not keep one.
const CA_FILE: &str = "bigcommerce-mock-ca.pem";

/// How one client is led here.
#[derive(Debug)]
pub struct Guide {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What its registry calls it.
    pub package: &'static str,
    /// What one must know of it.
    says: &'static str,
    way: Way,
    trust: Trust,
}

/// How a client learns whom to trust.
#[derive(Clone, Copy, Debug)]
enum Trust {
    /// By a variable with the path of a certificate.
    Variable(&'static str),
    /// By a setting of PHP's.
    Php,
    /// It speaks http.
    Nobody,
}

/// How a client comes here instead of to the service.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// A variable of its own takes a URL.
    Url(&'static str),
    /// A variable of its own takes a host and a port, to which it speaks https.
    Host(&'static str),
    /// It goes through a proxy, and this server is one to the vendor's hosts.
    Proxy,
    /// Nothing can be told to it: the names of the vendor must lead here.
    Names,
    /// Not a client: names for containers beside this one.
    Compose,
}

/// The clients, each with its own meaning of `BC_API_ENDPOINT` where it has one. Read off their sources.
pub const GUIDES: [Guide; 13] = [
    Guide {
        name: "python",
        package: "PyPI bigcommerce",
        says: "BC_API_ENDPOINT is a bare host, to which it speaks https.",
        way: Way::Host("BC_API_ENDPOINT"),
        trust: Trust::Variable("REQUESTS_CA_BUNDLE"),
    },
    Guide {
        name: "node-bigcommerce",
        package: "npm node-bigcommerce",
        says: "It has the vendor's host and port 443 built in.",
        way: Way::Names,
        trust: Trust::Variable("NODE_EXTRA_CA_CERTS"),
    },
    Guide {
        name: "bigcommerce-api-client",
        package: "npm bigcommerce-api-client",
        says: "It has the vendor's host built in and obeys HTTPS_PROXY, through axios.",
        way: Way::Proxy,
        trust: Trust::Variable("NODE_EXTRA_CA_CERTS"),
    },
    Guide {
        name: "aligent",
        package: "npm @aligent/bigcommerce-api",
        says: "It has the vendor's host built in. In code, its `agent` may be one of https-proxy-agent.",
        way: Way::Names,
        trust: Trust::Variable("NODE_EXTRA_CA_CERTS"),
    },
    Guide {
        name: "space48",
        package: "npm @space48/bigcommerce-api",
        says: "It has the vendor's host built in. In code, its `agent` may be one of https-proxy-agent.",
        way: Way::Names,
        trust: Trust::Variable("NODE_EXTRA_CA_CERTS"),
    },
    Guide {
        name: "php",
        package: "Composer bigcommerce/api",
        says: "It has the vendor's host built in; curl's extension obeys HTTPS_PROXY.",
        way: Way::Proxy,
        trust: Trust::Php,
    },
    Guide {
        name: "php-v3",
        package: "Composer aligent/bigcommerce-api-client",
        says: "It has the vendor's host built in; Guzzle obeys HTTPS_PROXY.",
        way: Way::Proxy,
        trust: Trust::Php,
    },
    Guide {
        name: "ruby",
        package: "RubyGems bigcommerce",
        says: "BC_API_ENDPOINT is a URL, without the store.",
        way: Way::Url("BC_API_ENDPOINT"),
        trust: Trust::Nobody,
    },
    Guide {
        name: "ruby-oauth",
        package: "RubyGems bigcommerce-oauth-api",
        says: "In code, `config.endpoint` takes a URL that ends in /stores; Faraday obeys HTTPS_PROXY.",
        way: Way::Proxy,
        trust: Trust::Variable("SSL_CERT_FILE"),
    },
    Guide {
        name: "ruby-v3",
        package: "RubyGems bigcommerce-v3",
        says: "It has the vendor's host built in; Faraday obeys HTTPS_PROXY.",
        way: Way::Proxy,
        trust: Trust::Variable("SSL_CERT_FILE"),
    },
    Guide {
        name: "curl",
        package: "curl and what is built on it",
        says: "For scripts that name the vendor's host; others give the URL of this server.",
        way: Way::Proxy,
        trust: Trust::Variable("CURL_CA_BUNDLE"),
    },
    Guide {
        name: "compose",
        package: "containers in one compose file",
        says: "The vendor's names lead to this server for every service of the file.",
        way: Way::Compose,
        trust: Trust::Nobody,
    },
    Guide {
        name: "hosts",
        package: "every program of this machine",
        says: "The vendor's names lead to this server.",
        way: Way::Names,
        trust: Trust::Nobody,
    },
];

/// The guide of that name.
#[must_use]
pub fn guide(name: &str) -> Option<&'static Guide> {
    GUIDES.iter().find(|guide| guide.name == name)
}

/// A line for each client: its name and what it is.
#[must_use]
pub fn list() -> String {
    let longest = GUIDES.iter().map(|guide| guide.name.len()).max().unwrap_or_default();
    let mut lines = String::new();
    for Guide { name, package, .. } in &GUIDES {
        let _ = writeln!(lines, "{name:longest$}  {package}");
    }
    lines
}

/// What clients must know of a server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its URL.
    pub url: String,
    /// Its address, from this machine.
    pub address: IpAddr,
    /// Whether it listens where https usually is.
    pub is_at_https_port: bool,
    /// Whom its clients must trust; `None` if it speaks no https.
    pub signed_by: Option<SignedBy>,
}

/// Who signs the certificate of a server.
#[derive(Clone, Debug)]
pub enum SignedBy {
    /// Its own authority, whose certificate is kept here.
    Kept(PathBuf),
    /// Its own authority, whose certificate it tells, perhaps only to those who have the token of the control API.
    Told {
        /// Whether a token must be shown.
        with_token: bool,
    },
    /// Somebody else.
    Others,
}

/// Lines for a shell that point a client at a server. For `compose` they are YAML, for `hosts` what `/etc/hosts` must
/// hold.
///
/// # Errors
/// Why the client can not be pointed there, for a person.
pub fn lines(guide: &Guide, server: &Server) -> Result<String, String> {
    let Guide { name, package, says, way, trust } = *guide;
    let mut lines = format!("# {package}: {says}\n");
    let host = server.url.split_once("://").map_or(&*server.url, |(_, host)| host);
    match way {
        Way::Compose => return Ok(COMPOSE.to_owned()),
        Way::Url(variable) => {
            export(&mut lines, variable, &quoted(&server.url));
            return Ok(lines);
        }
        Way::Host(variable) => export(&mut lines, variable, &quoted(host)),
        Way::Proxy => export(&mut lines, "HTTPS_PROXY", &quoted(&server.url)),
        Way::Names => {
            if !server.is_at_https_port {
                lines += "# The server must listen on port 443 too: start it with --https-port 443.\n";
            }
            let names = format!("{} api.bigcommerce.com login.bigcommerce.com", server.address);
            let how = if matches!(trust, Trust::Nobody) { "" } else { "# /etc/hosts must hold: " };
            let _ = writeln!(lines, "{how}{names}");
        }
    }
    let Some(signed_by) = &server.signed_by else {
        return Err(format!("{name} speaks https only, and --no-tls is set"));
    };
    let file = match signed_by {
        _ if matches!(trust, Trust::Nobody) => return Ok(lines),
        SignedBy::Others => {
            let _ = writeln!(lines, "# It must trust who signed the certificate of {host}.");
            return Ok(lines);
        }
        SignedBy::Kept(kept) => quoted(&kept.to_string_lossy()),
        SignedBy::Told { with_token } => {
            let token = if *with_token { r#" -H "Authorization: Bearer $BCMOCK_CONTROL_TOKEN""# } else { "" };
            let url = quoted(&server.url);
            let _ = writeln!(lines, "curl -fsS{token} {url}/_mock/ca.pem -o {CA_FILE}");
            format!("\"$PWD/{CA_FILE}\"")
        }
    };
    match trust {
        Trust::Variable(variable) => export(&mut lines, variable, &file),
        Trust::Php => {
            let _ = writeln!(lines, "mkdir -p {PHP_DIR} && echo curl.cainfo={file} > {PHP_DIR}/ca.ini");
            // The colon: besides where PHP looks anyway.
            export(&mut lines, "PHP_INI_SCAN_DIR", &format!("\":$PWD/{PHP_DIR}\""));
        }
        Trust::Nobody => {}
    }
    Ok(lines)
}

/// Where a setting of PHP's is put.
const PHP_DIR: &str = "bigcommerce-mock-php";

fn export(lines: &mut String, variable: &str, value: &str) {
    let _ = writeln!(lines, "export {variable}={value}");
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/:._-".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The vendor's names for all containers of a compose file.
const COMPOSE: &str = "\
# In the services of other programs, mount the volume too, and name /bigcommerce/tls/ca.pem in the variable of their
# language: NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, SSL_CERT_FILE, CURL_CA_BUNDLE.
services:
  bigcommerce:
    image: bigcommerce-mock
    environment:
      BCMOCK_HTTPS_PORT: \"443\"
      BCMOCK_DATA_DIR: /data
    volumes: [\"bigcommerce:/data\"]
    networks:
      default:
        aliases: [api.bigcommerce.com, login.bigcommerce.com]
  app:
    image: your-app
    environment:
      NODE_EXTRA_CA_CERTS: /bigcommerce/tls/ca.pem
    volumes: [\"bigcommerce:/bigcommerce:ro\"]
    depends_on:
      bigcommerce:
        condition: service_healthy
volumes:
  bigcommerce:
";
