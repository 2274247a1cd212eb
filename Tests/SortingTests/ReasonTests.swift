import Sorting
import Testing

/// What servers of many makers and providers answer, after their manuals, sources and public lists of errors, and what it means
/// in Sisimai's vocabulary: a table far wider than the mails at hand, so that rules are held to what is true of mail.
@Suite struct ReasonTests {
  /// One refusal: the command it answers, who refuses, and the reply.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let reason: String
    let command: String
    let host: String
    let reply: String
    var testDescription: String { "\(reason): \(reply)" }
  }

  /// Each row is `command host reply`, below its reason; a row of Postfix's own words has `-` and its status.
  private static let table = """
    [authfailure]
    data gmail-smtp-in.l.google.com 550-5.7.26 This mail has been blocked because the sender is unauthenticated. 550-5.7.26 Gmail requires all
    data gmail-smtp-in.l.google.com 550-5.7.26 Unauthenticated email from sender.example is not accepted due to domain's DMARC policy.
    data example-com.mail.protection.outlook.com 550 5.7.515 Access denied, sending domain SENDER.EXAMPLE doesn't meet the required authentication level.
    data example-com.mail.protection.outlook.com 550 5.7.509 Access denied, sending domain sender.example does not pass DMARC verification and has a DMARC
    rcpt example-com.mail.protection.outlook.com 550 5.7.23 The message was rejected because of Sender Policy Framework violation -> 550 5.7.23
    rcpt mx.example.net 550 5.7.1 <kim@example.net>: Recipient address rejected: Please see http://www.openspf.net/Why?s=mfrom;id=me%40sender.example
    rcpt mx.example.net 550 5.7.1 SPF: Message rejected due to: SPF fail - not authorized
    rcpt mx.example.net 550 5.7.23 <kim@example.net>: Recipient address rejected: Message rejected due to: SPF fail - not authorized.
    data mx.example.net 550 5.7.1 rejected by DMARC policy for sender.example
    data mx.example.net 550 5.7.1 DMARC failure for domain sender.example, policy reject
    data mx.example.net 554 5.7.1 Email rejected per DMARC policy for sender.example
    data mx.example.net 550 5.7.20 No passing DKIM signature found
    [badreputation]
    data gmail-smtp-in.l.google.com 550-5.7.1 [192.0.2.1] Our system has detected that this message is likely suspicious due to the very low reputation of the sending IP address.
    data gmail-smtp-in.l.google.com 550-5.7.1 [192.0.2.1] Our system has detected that this message is likely suspicious due to the very low reputation of the sending IP address.
    rcpt example-com.mail.protection.outlook.com 451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.
    open mx.example.net 554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.
    open mx.example.net 554-mx.cisco.example 554 Your access to this mail system has been rejected due to poor reputation of a domain
    open mx.sina.com 421 #4.7.1 Your mail is blocked. Ip reputation low
    open mx.ironport.com 554-mx.ironport 554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.
    [blocked]
    rcpt mx.example.net 450 4.7.1 <kim@example.net>: Recipient address rejected: Greylisted, see
    rcpt mx.example.net 451 4.7.1 Greylisting in action, please come back in 00:05:00
    rcpt mx.example.net 554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied
    rcpt mx.example.net 504 5.5.2 <host>: Helo command rejected: need fully-qualified hostname
    rcpt mx.example.net 450 4.7.1 <host.invalid>: Helo command rejected: Host not found
    rcpt mx.example.net 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.spamcop.net; Blocked - see
    open mx.example.net 554 5.7.1 You are not allowed to connect.
    open mx.example.net 554 mx.example.net Service not available
    open mx.example.net 554 No SMTP service here
    data gmail-smtp-in.l.google.com 421-4.7.0 [192.0.2.1 15] Our system has detected an unusual rate of unsolicited mail originating from your IP
    open gmail-smtp-in.l.google.com 421-4.7.0 Try again later, closing connection. (EHLO)
    rcpt example-com.mail.protection.outlook.com 550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus
    rcpt example-com.mail.protection.outlook.com 550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from this list please visit
    rcpt example-com.mail.protection.outlook.com 550 5.7.511 Access denied, banned sender[192.0.2.1]. To request removal from this list please forward this message to delist@messaging.microsoft.com.
    open hotmail-com.olc.protection.outlook.com 550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider
    open hotmail-com.olc.protection.outlook.com 421 RP-001 (BAY004-MC1F1) Unfortunately, some messages from 192.0.2.1 weren't sent. Please try again. We have
    mail hotmail-com.olc.protection.outlook.com 550 SC-001 (COL004-MC6F33) Unfortunately, messages from 192.0.2.1 weren't sent. Please contact your Internet
    mail hotmail-com.olc.protection.outlook.com 550 DY-001 Unfortunately, messages from 192.0.2.1 weren't sent. Please contact your Internet service provider.
    open mta7.am0.yahoodns.net 553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list
    open mx01.mail.icloud.com 550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1
    open mx00.emig.gmx.net 554-gmx.net (mxgmx101) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed.
    open mailin-01.mx.aol.com 554- (RTR:BL) https://postmaster.aol.com/error-codes#554rtrbl 554 Connecting IP: 192.0.2.1
    open mailin-01.mx.aol.com 421 4.7.1 : (DYN:T1) http://postmaster.info.aol.com/errors/421dynt1.html
    open mx0a-001.pphosted.com 554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1
    rcpt mx0a-001.pphosted.com 451 4.7.1 Connections from this host are being throttled
    rcpt d123.ess.barracudanetworks.com 550 permanent failure for one or more recipients (kim@example.com:blocked)
    rcpt barracuda.example.com 554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation;
    open mx1.comcast.net 554 resimta-po-01v.sys.comcast.net comcast 192.0.2.1 found on one or more DNSBLs, see
    open mx1.comcast.net 421 resimta Try again later
    open mx.t-online.de 554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to
    open mx.libero.it 550 smtp-33.iol.local smtp-33.iol.local IP blacklisted by CSI. For remediation please use
    rcpt mx.example.net 451 4.7.1 Please try again later
    rcpt mx.example.net 550 5.7.1 [192.0.2.1] is listed at zen.spamhaus.org
    open mx.example.net 550 rejected because 192.0.2.1 is in a black list at b.barracudacentral.org
    open mx.example.net 550 Access denied...abc (Mode: normal)
    open mx.example.net 554 5.7.1 ACL dns_rbl; Client host [192.0.2.1] blocked using bl
    - - 4.4.1;Deferred: Connection refused by mx.example.net.
    open mx.web.de 554 web.de Nemesis ESMTP Service not available No SMTP service IP address is black listed
    open mx.cloudflare.net 554 5.7.1 host [192.0.2.1] is found on one or more DNSBLs (abusixip). Refer to https://developers.cloudflare.com
    open mx.att.net 553 5.3.0 alph - DNSBL:ATTRBL 521< 192.0.2.1 >_is_blocked.__For assistance forward this error to
    open mx.cox.net 554 IMP cox 192.0.2.1 blocked.  Error code: IPBL0001. AUP#IPBL0001
    open mx.earthlink.net 550 550 Dynamic/zombied/spam IPs blocked. Write blockedbyearthlink@abuse.earthlink.net
    open mx1.free.fr 421 Too many spams from your IP (192.0.2.1), please visit http://postmaster.free.fr/
    open smtp.laposte.net 554 smtp.laposte.net service refuse. Veuillez essayer plus tard. service refused, please try later. LPN007_510
    open mx.naver.com 421 4.3.2 Your ip blocked from this server abc - nsmtp
    open mx.telenet.be 554 TELENET mail policy: IP blocked
    open mx.trendmicro.com 550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using Trend Micro RBL+. Please see
    open mx.postini.com 554 Service not available - psmtp
    open mx.hornetsecurity.com 554 5.7.1 IP blacklisted
    [contenterror]
    data mx.example.net 554 5.6.0 Message contains NUL characters
    - - 5.6.7;SMTPUTF8 is required, but was not offered by host mx.example.net[192.0.2.1]
    data mx.example.net 552 5.6.0 Headers too large (32768 max)
    data mx.example.net 550 5.6.0 Lone CR or LF in body
    data mx.exch2007.local 550 5.6.0 STOREDRV.Deliver; message content is invalid
    [exceedlimit]
    mail mx.example.net 552 5.2.3 Message size exceeds fixed maximum message size (10485760)
    data gmail-smtp-in.l.google.com 552-5.2.3 Your message exceeded Google's message size limits.
    data mx.example.net 552 5.2.3 Message length exceeds administrative limit
    data mx.kundenserver.de 552 5.2.3 Message too big
    data mx.exch2007.local 550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient
    data mx.exch2007.local 550 5.2.3 RESOLVER.RST.SendSizeLimit.Sender; message too large for this sender
    [expired]
    - - 4.4.1;connect to mx.example.net[192.0.2.1]:25: Connection refused
    - - 4.4.1;connect to mx.example.net[192.0.2.1]:25: Network is unreachable
    - - 4.4.1;connect to mx.example.net[192.0.2.1]:25: Connection timed out
    - - 4.4.1;delivery temporarily suspended: connect to mx.example.net[192.0.2.1]:25: Connection timed out
    - - 4.4.7;Message could not be delivered for 5 days Message will be deleted from queue
    - - 5.4.7;delivery time expired
    - - 4.4.7;retry timeout exceeded
    - - 4.4.1;Deferred: Operation timed out with mx.example.net.
    rcpt mx.exch2007.local 550 4.4.7 QUEUE.Expired; message expired
    [failedstarttls]
    - - 4.7.5;Cannot start TLS: handshake failure
    - - 4.7.5;TLS is required, but was not offered by host mx.example.net[192.0.2.1]
    - - 4.7.5;Server certificate not trusted
    rcpt mx.example.net 530 5.7.0 Must issue a STARTTLS command first
    [filtered]
    data mailin-01.mx.aol.com 521 5.2.1 :  (CON:B1)  https://postmaster.aol.com/error-codes#521conb1
    data mailin-01.mx.aol.com 521 5.2.1 :  AOL will not accept delivery of this message.
    rcpt mx1.comcast.net 550 5.2.0 <kim@comcast.net> Account not available
    data lsean.ezweb.ne.jp 550 : User unknown
    data mx.softbank.jp 550 5.2.0 Mail rejected by recipient
    rcpt mx.example.net 550 recipient is only accepting mail from specific email addresses
    data mx.exch2007.local 550 5.2.0 STOREDRV.Deliver: Message conversion failed
    [hasmoved]
    rcpt mx.example.net 551 5.1.6 <kim@example.net>: Recipient address rejected: User has moved to lee@example.com
    rcpt mx.example.net 551 User not local; please try <lee@example.com>
    rcpt mx.example.net 550 5.1.6 recipient no longer on server: kim@example.net
    [hostunknown]
    - - 5.4.4;Host or domain name not found. Name service error for name=example.net type=MX: Host not found
    - - 5.4.4;Host or domain name not found. Name service error for name=mx.example.net type=AAAA: Host found but no
    - - 4.4.3;unable to look up host mx.example.net: Name or service not known
    rcpt mx.example.net 550 The account or domain may not exist, they may be blacklisted, or missing the proper dns entries.
    rcpt mx.example.net 550 5.1.2 Bad destination host 'DNS Hard Error looking up example.net (MX): NXDomain'
    rcpt mx.example.net 550 Unknown domain example.net
    rcpt mx.example.net 550 5.1.2 <kim@example.net>... Host unknown (Name server: example.net: host not found)
    rcpt mx.example.net 550 Host unknown
    - - 5.1.2;Host unknown (Name server: mx.example.net.: host not found)
    open mfsmax.docomo.ne.jp 550 5.7.1 Host unknown
    [mailboxfull]
    rcpt mx.example.net 552 sorry, the recipient's mailbox is full (#5.2.2 - chkuser)
    rcpt mx.example.net 552 5.2.2 sorry, mailbox over quota (#5.2.2)
    rcpt mx.example.net 452 4.2.2 <kim@example.net> Mailbox is full
    rcpt mx.example.net 552 5.2.2 <kim@example.net>: Quota exceeded (mailbox for user is full)
    rcpt mx.example.net 452 4.2.2 <kim@example.net> Quota exceeded (mailbox for user is full)
    rcpt mx.example.net 552 RCPT TO:<kim@example.net> Mailbox disk quota exceeded
    rcpt mx.example.net 550 5.2.2 Over quota
    rcpt mx.example.net 552 Requested mail action aborted: exceeded storage allocation
    - - 5.2.2;maildir delivery failed: error writing message: Disk quota exceeded
    - - 5.2.2;cannot update mailbox /var/mail/kim for user kim. error writing message: File too large
    - - 5.2.2;can't create user output file. Command output: procmail: Quota exceeded while writing "/var/mail/kim"
    rcpt gmail-smtp-in.l.google.com 452-4.2.2 The recipient's inbox is out of storage space. Please direct the 452-4.2.2 recipient to 452 4.2.2 
    rcpt gmail-smtp-in.l.google.com 552-5.2.2 The email account that you tried to reach is over quota and inactive. 552 5.2.2
    data example-com.mail.protection.outlook.com 550 5.2.2 STOREDRV.Deliver; mailbox full
    data example-com.mail.protection.outlook.com 554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded
    rcpt mta7.am0.yahoodns.net 552 5.2.2 user is over quota
    rcpt mx01.mail.icloud.com 552 5.2.2 <kim@icloud.com>: user is over quota
    rcpt mx.yandex.ru 452 4.2.2 Mailbox size limit exceeded
    data mx00.emig.gmx.net 552-Requested mail action aborted: exceeded storage allocation 552-Quota exceeded. The recipient's mailbox is
    rcpt smtp-in.orange.fr 552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR204_417 [417]
    rcpt mx.t-online.de 550 5.2.2 mailbox over quota
    rcpt mx.seznam.cz 552 5.2.2 Mailbox is full
    rcpt mx.example.net 452 4.2.2 <kim@example.net>... Mailbox full
    rcpt mx.example.net 422 4.2.2 The mailbox is full and can't accept messages now
    rcpt mx.example.net 552 5.2.2 This message is larger than the current system limit or the recipient's mailbox is full. Create a
    rcpt mx.example.net 552 5.2.2 Storage quota exceeded
    rcpt mx.example.net 552 account is full (quota exceeded)
    rcpt mx.example.net 554 5.2.2 Recipient mailbox is over its quota
    rcpt mx.example.net 550 User's mailbox is full
    rcpt mx.example.net 550 5.1.1 Benutzer hat zu viele Mails auf dem Server
    rcpt mx1.mail.ru 552 Message was not accepted -- invalid mailbox. Local mailbox kim@mail.ru is unavailable: mailbox is full
    rcpt mx.docomo.ne.jp 552 5.2.2 Too much mail data
    data mfsmax.docomo.ne.jp 552 Too much mail data
    rcpt mta1.biglobe.ne.jp 550 Mailbox for kim@biglobe.ne.jp is full
    rcpt mx.verizon.net 552 5.2.2 Over quota
    rcpt mx.juno.com 552 Message storage limit exceeded. kim mailbox is full
    rcpt mx.bol.com.br 452 4.2.2 Caixa postal cheia
    rcpt mx.naver.com 552 5.2.2 The email account that you tried to reach is over quota abc - nsmtp
    rcpt mx.onet.pl 552 5.2.2 Mailbox full
    rcpt mx.virgilio.it 550 5.2.2 kim@virgilio.it mailbox over quota
    rcpt mx.emailsrvr.com 452 4.2.2 <kim@example.net>: Mailbox over quota
    [mailererror]
    - - 5.3.0;Command died with status 1: "/usr/bin/procmail"
    - - 5.3.0;unknown mailer error 1
    - - 5.3.0;x-unix; 67
    - - 4.3.0;temporary failure. Command output: lock failed
    [mesgtoobig]
    data mx.example.net 552 sorry, that message size exceeds my databytes limit (#5.3.4)
    mail mx.example.net 552 5.3.4 Message size exceeds fixed limit
    data mx.example.net 552 5.3.4 Error: message file too big
    - - 5.3.4;message size 20000000 exceeds size limit 10240000 of server mx.example.net[192.0.2.1]
    data mx.example.net 552 message exceeds size limit
    data mx.example.net 552 Message size exceeds maximum permitted
    data mx.example.net 552 size limit exceeded
    data mxs.mail.ru 550 Message is too big
    data mx.exch2007.local 550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route
    [networkerror]
    - - 4.4.1;connect to mx.example.net[192.0.2.1]:25: No route to host
    - - 4.4.2;lost connection with mx.example.net[192.0.2.1] while receiving the initial server greeting
    - - 4.4.2;lost connection with mx.example.net[192.0.2.1] while performing the HELO handshake
    - - 5.4.6;mail forwarding loop for kim@example.net
    - - 5.4.0;too many hops
    - - 5.4.4;malformed or unexpected name server reply
    data example-com.mail.protection.outlook.com 550 5.4.14 Hop count exceeded - possible mail loop ATTR34
    data mx.example.net 554 5.4.6 Too many hops 26 (25 max)
    data mx.example.net 554 5.4.6 Hop count exceeded - possible mail loop
    data mx.example.net 554 5.4.14 Hop count exceeded - possible mail loop
    data mx.example.net 554 mail loop: too many hops
    - - 5.4.0;Too many hops 18 (17 max): from <me@sender.example>
    data mx.charter.net 552 5.2.0 AUP#1260 spam
    rcpt mx.exch2007.local 550 5.4.6 ROUTING.LoopDetected; mail loop detected
    [norelaying]
    rcpt mx.example.net 550 relay not permitted
    rcpt mx.example.net 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)
    rcpt mx.example.net 553 5.3.0 sorry, that domain isn't in my list of allowed rcpthosts (#5.5.3 - chkuser)
    rcpt mx.example.net 554 5.7.1 <kim@example.net>: Relay access denied
    rcpt mx.example.net 454 4.7.1 <kim@example.net>: Relay access denied
    rcpt mx.example.net 550 5.7.1 Unable to relay
    rcpt mx.example.net 550 5.7.1 Unable to relay for kim@example.net
    rcpt mx.example.net 550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain
    rcpt mx.example.net 550 5.7.1 <kim@example.net>... Relaying denied
    rcpt mx.example.net 550 5.7.1 <kim@example.net>... Relaying denied. Proper authentication required.
    rcpt example-com.mail.protection.outlook.com 550 5.7.64 TenantAttribution; Relay Access Denied
    rcpt mxa.mailgun.org 550 5.7.1 Relaying denied
    rcpt mx.sparkpostmail.com 550 5.7.1 relaying denied
    rcpt mx.o2.pl 554 5.7.1 <kim@o2.pl>: Recipient address rejected: Relay access denied
    rcpt mx.rackspace.com 554 5.7.1 <kim@example.net>: Relay access denied. (G1)
    [notaccept]
    open mx.example.net 421 4.3.2 All server ports are busy
    open mx.example.net 450 4.3.2 Service currently unavailable
    open mx.example.net 521 5.3.2 example.net does not accept mail
    rcpt mx.example.net 556 5.1.10 <kim@example.net>: Recipient address rejected: Domain example.net does not accept mail (nullMX)
    - - 5.1.10;Domain example.net does not accept mail (nullMX)
    rcpt mx.example.net 550 5.7.27 Sender address has null MX
    data mx.example.net 451 4.3.2 Please try again later
    [notcompliantrfc]
    data gmail-smtp-in.l.google.com 550-5.7.1 This message is not RFC 5322 compliant. There are multiple Subject headers.
    [onhold]
    rcpt mx.example.net 450 4.1.1 <kim@example.net>: Recipient address rejected: unverified address: Address verification in progress
    rcpt mx.example.net 450 4.2.0 <kim@example.net>: Recipient address rejected: Greylisted for 300 seconds
    rcpt mx.example.net 450 4.2.0 Mailbox busy
    data mta7.am0.yahoodns.net 554 delivery error: dd Requested mail action aborted - mta1
    rcpt us-smtp-inbound-1.mimecast.com 451 Internal resource temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451
    data mx.example.net 571 Message Refused
    data mx.example.net 550 permanent failure: content rejected
    data mx.example.net 550 maximum allowed line length is 998 octets, got 2000
    rcpt mx.example.net 451 4.3.0 Mail server temporarily rejected message.
    rcpt mx.example.net 452 4.1.1 requested action aborted: try again later
    - - 5.0.0;lowest numbered MX record points to local host
    rcpt mx.aliyun.com 559 Invalid rcptto [@sm070102]
    data mx.163.com 550 MI:IMF 163 smtp1 Message header illegal
    [policyviolation]
    data mta7.am0.yahoodns.net 554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes
    data mx01.mail.icloud.com 554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137
    data us-smtp-inbound-1.mimecast.com 554 Email rejected due to security policies - https://community.mimecast.com
    data mx0a-001.pphosted.com 550 5.7.0 Local Policy Violation
    data mx.example.net 552 5.7.0 Our system detected an illegal attachment on your message.
    rcpt mx.example.net 554 5.7.1 Local policy violation
    rcpt mx.example.net 550 5.7.1 Mail rejected for policy reasons
    rcpt mx.mxlogic.net 550 Denied by policy
    data mx.exch2007.local 550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy
    [rejected]
    rcpt mx.example.net 550-Verification failed for <me@sender.example> 550-No Such User Here 550 Sender verify failed
    rcpt mx.example.net 550 Sender verify failed
    mail mx.example.net 553 5.1.8 sorry, can't find a valid MX for sender domain (#5.1.8 - chkuser)
    mail mx.example.net 553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)
    rcpt mx.example.net 450 4.1.8 <me@sender.example>: Sender address rejected: Domain not found
    rcpt mx.example.net 550 5.1.0 <me@sender.example>: Sender address rejected: User unknown in virtual mailbox table
    rcpt mx.example.net 553 5.1.8 <me@sender.example>... Domain of sender address me@sender.example does not exist
    mail mx.example.net 451 4.1.8 Domain of sender address me@sender.example does not resolve
    rcpt example-com.mail.protection.outlook.com 550 5.7.124 Sender not in allowed-senders list
    data example-com.mail.protection.outlook.com 550 5.1.8 Access denied, bad outbound sender
    data example-com.mail.protection.outlook.com 550 5.7.501 Access denied, spam abuse detected.
    rcpt us-smtp-inbound-1.mimecast.com 550 Administrative prohibition - envelope blocked
    open 163mx01.mxmail.netease.com 553 Requested action not taken: NULL sender is not allowed
    data feedback-smtp.amazonses.com 554 Message rejected: Email address is not verified.
    rcpt mx.example.net 553 5.7.1 <me@sender.example>: Sender address rejected: not owned by user me
    mail mx.example.net 501 5.1.7 Bad sender address syntax
    open mx.in.tmes.trendmicro.com 554 5.7.1 <me@sender.example>: Sender address rejected: Blocked by ERS
    [requireptr]
    rcpt mx.example.net 550 X-Host-Lookup-Failed: Reverse lookup failed for 192.0.2.1 (failed)
    rcpt mx.example.net 450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]
    rcpt mx.example.net 450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]
    rcpt mx.example.net 550 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]
    data gmail-smtp-in.l.google.com 550-5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup
    open mx00.emig.gmx.net 554-gmx.net (mxgmx101) Nemesis ESMTP Service not available 554-No SMTP service 554-Bad DNS PTR resource record.
    [securityerror]
    rcpt mx.example.net 550 5.7.1 <kim@example.net>... Access denied
    mail mx.example.net 530 5.7.0 Authentication required
    mail mx.example.net 530 5.7.1 Client was not authenticated
    rcpt mx.example.net 550 5.7.1 Authentication required
    mail mx.example.net 535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6
    open mx.example.net 550 5.7.1 Mail from 192.0.2.1 has been blocked
    rcpt mx.example.net 550 5.7.1 You are not allowed to send to this address
    data mx.example.net 550 5.7.1 Message violates our policy
    rcpt mx.sendgrid.net 550 Unauthenticated senders not allowed
    rcpt smtp.laposte.net 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. LPN105_402
    rcpt mx.exch2007.local 550 5.7.1 Client does not have permissions to send as this sender
    mail mx.exch2007.local 550 5.7.1 Client does not have permissions to send to this server
    rcpt mx.exch2007.local 550 5.7.60 SMTP; Client does not have permissions to send as this sender
    rcpt mx.exch2007.local 550 5.7.3 SMTP; Unable to verify the sender
    [spamdetected]
    data mx.example.net 550 5.7.1 message content rejected
    data mx.example.net 550 5.7.1 Blocked by SpamAssassin
    data mx.example.net 554 5.7.0 Reject, id=12345-01 - SPAM
    data mx.example.net 554 5.7.0 Reject, id=12345-01 - BANNED: .exe
    data mx.example.net 550 5.7.1 This message was classified as SPAM and may not be delivered
    data mx.example.net 550 High spam score (15.2)
    data mx.example.net 554 message rejected due to spam content
    data gmail-smtp-in.l.google.com 550-5.7.1 [192.0.2.1      12] Our system has detected that this message is likely unsolicited mail. To reduce
    data mx.yandex.ru 554 5.7.1 [1] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc 1234
    data mxs.mail.ru 550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=abc or  report details to
    data mx0a-001.pphosted.com 554 5.7.1 The message from (<me@sender.example>) with the subject of (x) matches a profile the Internet community may consider spam. Please revise your message before resending.
    data cluster5.us.messagelabs.com 553-Message filtered. Refer to the Troubleshooting page at 553-http://www.symanteccloud.com/troubleshooting for
    data barracuda.example.com 554 rejected due to spam content
    open smtp-in.orange.fr 550 5.2.0 Mail rejete. Mail rejected. ofr_506 [506]
    data mx4.qq.com 550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726
    data 163mx01.mxmail.netease.com 554 DT:SPM 163 mx1,abc please see http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.1
    data smtp.secureserver.net 552 5.2.0 Message rejected for spam or virus content. IB212
    rcpt mx.example.net 550 JunkMail rejected - relay.sender.example [192.0.2.1]:45678 is in an RBL:
    data mx.example.net 554 5.7.1 Spam message rejected; If this is not spam contact abuse
    data mx.example.net 550 Rejected: message looks like spam
    data mx.example.net 550 5.7.1 Message rejected due to possible spam content
    data mx.example.net 554 5.7.1 Message blocked due to spam content in the message.
    data mx.example.net 550 #5.7.1 Your message has been rejected: it was identified as unsolicited bulk email
    data mx.docomo.ne.jp 552 5.2.0 Message filtered
    rcpt mx.free.fr 550 spam detected
    data mx.aliyun.com 554 Reject by behaviour spam
    data mx.aliyun.com 554 Reject by content spam
    rcpt mx.163.com 451 RP:CEL 163 mx please see http://mail.163.com/help/help_spam_16.htm
    data mx.exmail.qq.com 550 Mail content denied
    data mx.spamexperts.com 550 High probability of spam
    data mx.fortimail.com 550 5.7.1 This message was blocked because it contains spam
    data mx.exch2007.local 550 5.7.1 Message rejected as spam by Content Filtering.
    [speeding]
    rcpt gmail-smtp-in.l.google.com 550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from
    data example-com.mail.protection.outlook.com 550 5.2.121 RESOLVER.ADR.RecipientLimit; recipient's per hour message receive limit from specific sender
    [suspend]
    rcpt mx.example.net 550 5.2.1 <kim@example.net>: Recipient address rejected: this mailbox is inactive and has been disabled
    rcpt mx.example.net 550 5.2.1 Mailbox disabled for this recipient
    rcpt mx.example.net 550 5.2.1 Mailbox disabled, not accepting messages
    rcpt mx.example.net 550 account has been suspended
    rcpt mx.example.net 550 user has been suspended
    rcpt mx.example.net 525 5.7.13 Disabled recipient address
    rcpt gmail-smtp-in.l.google.com 550 5.2.1 The email account that you tried to reach is disabled. Learn more at
    rcpt mta7.am0.yahoodns.net 554 30 Sorry, your message to kim@yahoo.com cannot be delivered. This mailbox is disabled (554.30).
    rcpt mxs.mail.ru 550 Message was not accepted -- invalid mailbox. Local mailbox kim@mail.ru is unavailable: account is disabled
    rcpt mailin-01.mx.aol.com 550 5.2.1 <kim@aol.com>... Mailbox disabled
    rcpt 163mx01.mxmail.netease.com 550 User suspended, kim@163.com
    rcpt mx.example.net 551 <kim@example.net> is a deactivated mailbox
    rcpt mx.example.net 550 Account disabled
    rcpt mx.example.net 550 5.2.1 account disabled
    rcpt mx.example.net 550 Account inactive
    rcpt mx.example.net 550 The email account that you tried to reach is inactive
    rcpt mx.example.net 450 4.2.1 <kim@example.net>: Recipient address rejected: Mailbox temporarily disabled
    rcpt mx1.mail.ru 550 Message was not accepted -- invalid mailbox. Local mailbox kim@mail.ru is unavailable: user is terminated
    rcpt mx.verizon.net 550 4.2.1 mailbox temporarily disabled: kim@verizon.net
    rcpt mx.netzero.net 550 Account Inactive
    rcpt mx1.free.fr 550 5.2.1 This mailbox has been blocked due to inactivity
    rcpt smtp.orange.fr 550 5.2.1 Boite inactive. Recipient suspended. OFR_420 [420]
    [syntaxerror]
    rcpt mx.example.net 500 5.5.2 Error: bad syntax
    rcpt mx.example.net 503 5.5.1 Error: nested MAIL command
    rcpt mx.example.net 502 5.5.1 Command not implemented
    rcpt mx.example.net 500 unrecognized command
    [systemerror]
    rcpt mx.example.net 451 Temporary local problem - please try later
    data mx.example.net 554 5.3.0 mail server permanently rejected message (#5.3.0)
    rcpt example-com.mail.protection.outlook.com 451 4.7.500 Server busy. Please try again later from [192.0.2.1].
    rcpt mx.example.net 555 5.5.4 Unsupported option: SIZE=1234
    data mx.example.net 451 4.3.0 Error: queue file write error
    data mx.example.net 451 Local error in processing
    rcpt mx.example.net 451 4.3.5 Server configuration error
    rcpt mx.example.net 451 4.3.5 <kim@example.net>: Recipient address rejected: Server configuration problem
    data mx.example.net 554 transaction failed
    data mx.example.net 554 Transaction failed : Cannot send message due to possible abuse; please visit
    - - 5.3.5;Local configuration error
    - - 5.3.5;553 5.3.5 mx.example.net. config error: mail loops back to me (MX problem?)
    - - 5.5.4;unsupported mail destination
    rcpt mx.cloudflare.net 521 5.3.0 Upstream error, please check https://developers.cloudflare.com/email-routing/postmaster for possible
    [systemfull]
    rcpt mx.example.net 452 Requested action not taken: insufficient system storage
    mail mx.example.net 452 4.3.1 Insufficient system storage
    mail mx.example.net 452 4.3.1 Insufficient system resources
    rcpt mx.example.net 452 4.3.1 Insufficient disk space; try again later
    [toomanyconn]
    open mx.example.net 421 too many connections from your host
    rcpt mx.example.net 452 4.5.3 Error: too many recipients
    open mx.example.net 421 4.7.0 Error: too many connections from 192.0.2.1
    open mx.example.net 421 Too many concurrent SMTP connections; please try again later.
    open smtp-in.orange.fr 421 mwinf5c04 ME Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104 [104]
    rcpt mx4.qq.com 550 Ip frequency limited. http://service.mail.qq.com/
    rcpt mx.example.net 452 Too many recipients received this hour
    open mx.example.net 421 4.7.0 Error: too many connections
    mail mx.example.net 421 4.4.5 Too many connections to this host.
    open mx.cox.net 421 - too many sessions from 192.0.2.1
    open mx.charter.net 421 4.0.0 AUP#1310 Too many connections
    open mx.daum.net 421 4.7.1 refused: too many connections
    [userunknown]
    rcpt mx.example.net 550 5.1.1 <kim@example.net>: Recipient address rejected: User unknown in virtual mailbox table
    rcpt mx.example.net 550 5.1.1 <kim@example.net>: Recipient address rejected: User unknown in local recipient table
    rcpt mx.example.net 550 5.1.1 <kim@example.net>: Recipient address rejected: User unknown in relay recipient table
    rcpt mx.example.net 550 5.1.1 <kim@example.net>: Recipient address rejected: undeliverable address: host
    rcpt mx.example.net 550 5.1.1 <kim@example.net>... User unknown
    rcpt mx.example.net 550 5.1.1 User unknown
    rcpt mx.example.net 550 Unknown user
    rcpt mx.example.net 550 No such user here
    rcpt mx.example.net 550 unknown user <kim@example.net>
    rcpt mx.example.net 550 Invalid recipient kim@example.net
    rcpt mx.example.net 550 5.1.1 sorry, no mailbox here by that name (#5.1.1 - chkuser)
    - - 5.1.1;unknown user: "kim"
    - - 5.1.3;bad address syntax
    - - 5.1.1;User unknown in virtual alias table
    rcpt gmail-smtp-in.l.google.com 550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the
    rcpt example-com.mail.protection.outlook.com 550 5.4.1 Recipient address rejected: Access denied. AS(201806281)
    rcpt example-com.mail.protection.outlook.com 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient kim@example.com not found by SMTP address lookup
    rcpt hotmail-com.olc.protection.outlook.com 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).
    rcpt mta7.am0.yahoodns.net 554 delivery error: dd This user doesn't have a yahoo.com account (kim@yahoo.com) [0] -
    rcpt mta7.am0.yahoodns.net 552 1 Requested mail action aborted, mailbox not found
    rcpt mx01.mail.icloud.com 550 5.1.1 <kim@icloud.com>: user does not exist
    rcpt mx.yandex.ru 550 5.7.1 No such user!
    rcpt mxs.mail.ru 550 Message was not accepted -- invalid mailbox.  Local mailbox kim@mail.ru is unavailable: user not found
    rcpt mx00.emig.gmx.net 550 Requested action not taken: mailbox unavailable
    rcpt mx.zoho.com 550 5.1.1 User does not exist - <kim@zoho.com>
    rcpt mailin-01.mx.aol.com 550 5.1.1 <kim@aol.com>: Recipient address rejected: aol.com
    rcpt us-smtp-inbound-1.mimecast.com 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [abc]
    rcpt mx0a-001.pphosted.com 550 5.1.1 User Unknown
    rcpt mx0a-001.pphosted.com 550 5.1.1 <kim@example.com>... User unknown
    rcpt cluster5.us.messagelabs.com 550-Invalid recipient <kim@example.com> 550 (#5.1.1)
    rcpt d123.ess.barracudanetworks.com 550 permanent failure for one or more recipients (kim@example.com:550 5.1.1 User unknown)
    rcpt mx-aol.mail.gm0.yahoodns.net 550 5.1.1 <kim@aol.com>: Email address could not be found, or was misspelled (G8)
    rcpt smtp-in.orange.fr 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_416 [416]
    rcpt mx4.qq.com 550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000728
    rcpt 163mx01.mxmail.netease.com 550 User not found: kim@163.com
    rcpt mfsmax.docomo.ne.jp 550 Unknown user kim@docomo.ne.jp
    rcpt lsean.ezweb.ne.jp 550 <kim@ezweb.ne.jp>: User unknown
    rcpt mx.softbank.jp 550 Invalid recipient: <kim@softbank.ne.jp>
    rcpt mx.t-online.de 550 user unknown
    rcpt mx.web.de 550 Requested action not taken: mailbox unavailable For explanation visit
    rcpt smtp.secureserver.net 550 5.1.1 <kim@example.com> Recipient not found.  <http://x.co/irbounce>
    rcpt mx.libero.it 550 5.1.1 <kim@libero.it> User unknown
    rcpt mx.seznam.cz 550 5.1.1 Sorry, no mailbox here by that name
    rcpt mx.wp.pl 550 5.7.1 Unknown user kim@wp.pl
    rcpt mx.rambler.ru 550 5.1.1 Recipient not found
    data inbound-smtp.us-east-1.amazonaws.com 550 5.1.1 Requested action not taken: mailbox unavailable
    rcpt mx.example.net 550 #5.1.0 Address rejected kim@example.net
    rcpt mx.example.net 550 #5.1.0 Address rejected.
    rcpt mx.example.net 550 5.1.0 Address rejected.
    rcpt mx.example.net 501 5.1.3 Invalid address
    rcpt mx.example.net 550 Address unknown
    rcpt mx.example.net 550 Mailbox unavailable
    rcpt mx.example.net 550 Recipient Rejected: No account by that name here
    rcpt mx.example.net 550 5.1.1 RCP-P1 http://postmaster.facebook.com/response_codes?ip=192.0.2.1#rcp Refused due to recipient
    rcpt mx.example.net 550 5.1.1 unknown or illegal alias: kim@example.net
    rcpt mx.example.net 550 Mailbox does not exist
    rcpt mx.example.net 550 <kim@example.net> is not a valid mailbox
    rcpt mx.example.net 550 kim@example.net is not a known user
    rcpt mx.example.net 553 5.3.0 <kim@example.net>... No such user
    rcpt mx.example.net 550 5.7.1 <kim@example.net>: Recipient address rejected: no such recipient
    rcpt mx.example.net 550 No such recipient
    rcpt mx.example.net 550 no mailbox by that name is currently available
    rcpt mx.example.net 550 The recipient does not exist
    rcpt mx.example.net 550 5.1.1 <kim@example.net> Recipient not found
    rcpt mx.example.net 550-Mailbox unknown.  Either there is no mailbox associated with this 550-name or you do not have authorization
    rcpt mx.example.net 550 cuda_nsu No such user here
    rcpt mx.example.net 550 5.1.1 No such user - pp
    rcpt mx.example.net 550 kim@example.net unknown user account
    rcpt mx.example.net 550 Invalid mailbox
    rcpt mx.example.net 550 Unknown address error 550-'5.1.1 <kim@example.net>... User unknown'
    rcpt mx.example.net 550 5.1.1 Mailbox <kim@example.net> does not exist
    rcpt mx.example.net 553 sorry, this recipient is not in my validrcptto list (#5.7.1)
    rcpt mx.example.net 550 no such address here
    rcpt mx.example.net 550 Account kim@example.net does not exist
    rcpt mx.example.net 550 5.2.0 No such mailbox
    rcpt mx.example.net 501 5.1.3 Bad recipient address syntax
    rcpt mx.example.net 554 5.7.1 <kim@example.net>: Recipient address rejected: Access denied
    rcpt mx.example.net 450 Requested mail action not taken: mailbox unavailable
    rcpt mx.example.net 550 5.1.1 Le destinataire est inconnu
    rcpt mx.example.net 550 5.1.1 Empfaenger unbekannt
    rcpt mx.example.net 550 usuario no existe
    rcpt mx.example.net 550 Utente sconosciuto
    rcpt mx.example.net 550 5.1.1 bruger ukendt
    rcpt lsean.ezweb.ne.jp 553 5.1.1 suspended
    rcpt mx.nifty.com 550 5.1.1 unknown or illegal alias
    rcpt mx.ocn.ad.jp 550 5.1.1 user unknown
    rcpt mx.softbank.ne.jp 550 5.7.1 <kim@softbank.ne.jp>: Recipient address rejected
    rcpt mx.mailbox.org 550 5.1.1 <kim@mailbox.org>: Recipient address rejected: undeliverable address: unknown user: "kim"
    rcpt mx.gmx.net 550 5.1.1 kim@gmx.net: User unknown
    rcpt mx.kundenserver.de 550 5.1.1 Mailbox unavailable
    rcpt mx1.forwardemail.net 550 5.1.1 kim@example.net does not exist
    rcpt mx.cloudflare.net 550 5.1.1 Address does not exist.
    rcpt mxa.mailgun.org 550 5.1.1 Mailbox is unavailable
    rcpt mx.att.net 550 5.1.1 <kim@att.net>... User unknown
    rcpt mx.cox.net 550 5.1.1 <kim@cox.net> recipient rejected. Refer to Error Codes section
    rcpt mx.rr.com 550 5.1.1 <kim@rr.com> recipient does not exist here
    rcpt mx.earthlink.net 550 kim@earthlink.net...User unknown
    rcpt mx1.free.fr 550 5.1.1 <kim@free.fr>: Recipient address rejected: User unknown in relay recipient table
    rcpt smtp.sfr.fr 550 5.1.1 <kim@sfr.fr>: Recipient address rejected: User unknown
    rcpt mx.uol.com.br 550 5.1.1 <kim@uol.com.br>: Recipient address rejected: User unknown
    rcpt mx.terra.com.br 550 5.1.1 Usuario inexistente
    rcpt mx.rediffmail.rediff.akadns.net 550 5.1.1 Mailbox not found
    rcpt mx.naver.com 550 5.1.1 No such user abc - nsmtp
    rcpt mx.hanmail.net 553 5.3.0 unknown user
    rcpt mx.sina.com 550 5.1.1 <kim@sina.com>: User unknown
    rcpt mx.21cn.com 550 5.1.1 mailbox not exist
    rcpt mx.tom.com 550 invalid user
    rcpt mx.126.com 550 User not found: kim@126.com
    rcpt mx.ukr.net 550 5.1.1 <kim@ukr.net>: user unknown
    rcpt mx.i.ua 550 Mailbox does not exist, see https://mail.i.ua/err/2/
    rcpt mx.interia.pl 550 5.1.1 kim@interia.pl User unknown
    rcpt mx.tiscali.it 550 RCPT TO:<kim@tiscali.it> User unknown
    rcpt mx.aruba.it 550 5.1.1 <kim@aruba.it> mailbox unavailable
    rcpt mx.telenet.be 550 5.1.1 TN030 unknown user
    rcpt mx.xs4all.nl 550 5.1.1 <kim@xs4all.nl>... User unknown
    rcpt mx.ziggo.nl 550 5.1.1 Recipient unknown
    rcpt mx.telia.com 550 5.1.1 unknown recipient
    rcpt mx.bigpond.com 550 5.1.1 kim@bigpond.com Recipient unknown. IB603b
    rcpt mx.optusnet.com.au 550 5.1.1 <kim@optusnet.com.au>... User unknown
    rcpt mx.btinternet.com 550 5.1.1 kim@btinternet.com: Email address does not exist
    rcpt mx.virginmedia.com 550 5.1.1 No such user
    rcpt mx.sky.com 550 5.1.1 Invalid recipient
    rcpt mx.talktalk.net 550 invalid recipient kim@talktalk.net
    rcpt mx.ovh.net 550 5.1.1 <kim@example.net>: Email address could not be found, or was misspelled (G8)
    rcpt mx.fastmail.com 550 5.1.1 <kim@fastmail.com>: Recipient address rejected: User unknown
    rcpt mail.protonmail.ch 550 5.1.1 <kim@protonmail.com>: Recipient address rejected: Address does not exist
    rcpt mx.tutanota.de 450 4.1.1 <kim@tutanota.com>: Recipient address rejected: unverified address: unknown user
    rcpt mx.postini.com 550 No such user - psmtp
    rcpt mx.spamexperts.com 550 Invalid recipient
    rcpt mx.exch2007.local 550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
    rcpt mx.exch2007.local 550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found
    [virusdetected]
    data mx.example.net 554 5.7.0 Reject, id=12345-01 - INFECTED: Eicar-Test-Signature
    data mx.example.net 550 This message contains malware (Eicar)
    data mx.example.net 554 5.7.1 virus Eicar-Signature detected by ClamAV - http://www.clamav.net
    data mx.sophos.com 550 5.7.1 message rejected - contains a virus
    """

  static let refusals: [Refusal] = {
    var reason = ""
    return table.split(separator: "\n").compactMap { line in
      if line.hasPrefix("[") {
        reason = String(line.dropFirst().dropLast())
        return nil
      }
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      return Refusal(reason: reason, command: words[0], host: words[1], reply: words[2])
    }
  }()

  /// As Postfix reports it to the sender (bounce(8)), with the reply in both parts.
  private static func notice(_ refusal: Refusal) -> String {
    var status = "5.0.0"
    var reply = refusal.reply
    var said = reply
    if refusal.command == "-", let mark = reply.firstIndex(of: ";") {
      status = String(reply[..<mark])
      reply = String(reply[reply.index(after: mark)...])
      said = reply
    } else {
      if let digit = reply.first { status = "\(digit).0.0" }
      let words = reply.prefix(16).split(whereSeparator: { $0 == " " || $0 == "-" || $0 == "#" })
      if let code = words.first(where: {
        $0.split(separator: ".").count == 3 && $0.allSatisfy { $0 == "." || $0.isNumber }
      }) {
        status = String(code)
      }
      let commands = ["rcpt": "RCPT TO", "mail": "MAIL FROM", "data": "end of DATA"]
      said =
        commands[refusal.command].map { "host \(refusal.host)[192.0.2.1] said: \(reply) (in reply to \($0) command)" }
        ?? "host \(refusal.host)[192.0.2.1] refused to talk to me: \(reply)"
    }
    let remote = refusal.command == "-" ? "" : "Remote-MTA: dns; \(refusal.host)\n"
    // A provider's own domain, where the reply names an address of it.
    let domain =
      reply.split(whereSeparator: { "<>() ,;:'".contains($0) }).first { $0.hasPrefix("kim@") }.map { $0.dropFirst(4) }
      ?? (refusal.host.contains("google") ? "gmail.com" : refusal.host.contains("olc.") ? "hotmail.com" : "example.net")
    return """
      Return-Path: <>
      From: MAILER-DAEMON@relay.sender.example (Mail Delivery System)
      Subject: Undelivered Mail Returned to Sender
      To: me@sender.example
      Content-Type: multipart/report; report-type=delivery-status; boundary="B/1"

      --B/1
      Content-Type: text/plain

      This is the mail system at host relay.sender.example.

      <kim@\(domain)>: \(said)

      --B/1
      Content-Type: message/delivery-status

      Reporting-MTA: dns; relay.sender.example

      Final-Recipient: rfc822; kim@\(domain)
      Action: failed
      Status: \(status)
      \(remote)Diagnostic-Code: \(refusal.command == "-" ? "X-Postfix" : "smtp"); \(reply)

      --B/1
      Content-Type: message/rfc822

      Message-ID: <first@sender.example>
      From: me@sender.example
      To: kim@\(domain)

      --B/1--
      """
  }

  @Test(arguments: refusals) func meansWhatItSays(_ refusal: Refusal) throws {
    let verdict = sort(Array(Self.notice(refusal).utf8)).verdict
    #expect(verdict.mailClass == .bounce)
    let bounce = try #require(verdict.bounces.first)
    #expect(bounce.reason == refusal.reason, "\(verdict.evidence)")
    // Only an address or a domain that is no use is barred for good; a temporary answer never closes a host.
    let lasting = ["userunknown", "hostunknown", "hasmoved", "notaccept"].contains(bounce.reason)
    if bounce.permanence == .hard { #expect(lasting || ["filtered", "suspend"].contains(bounce.reason)) }
  }
}
