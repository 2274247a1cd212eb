import Access
import Configuration
import Foundation
import Glibc
import Host
import Intake
import Outreach
import Poller
import Relay
import Sequencer
import Store
import Web

/// All rooms of one daemon, made in an order in which each finds what it needs, and stopped in the other.
final class Rooms: Sendable {
  let storeFailure: StoreFailure
  /// Two daemons on one store would each take the other's handovers for a crash.
  private let folderLock: FolderLock
  /// The store's path may lead out of the data folder, so its file is held as well.
  private let storeLock: FileLock
  private let store: Store
  private let loops: EventLoopGroup
  private let disk: DiskWatch
  private let intake: IntakeServer
  private let relay: Relay
  private let poller: PollerRoom
  private let sequencer: Sequencer
  private let spool: SpoolIntake
  private let access: Access
  private let web: HTTPServer
  private let controlSocket: ControlSocket
  private let drainMilliseconds: Int64
  private let key: SealingKey
  private let log: Log

  /// Opens the key, the store, the ports and the socket; nothing runs yet.
  init(configuration: Configuration, loops: EventLoopGroup, version: String, log: Log) throws {
    self.log = log
    self.loops = loops
    drainMilliseconds = configuration.server.drainTimeoutMilliseconds
    let key = try Self.openKey(configuration)
    self.key = key
    do {
      folderLock = try FolderLock(folder: configuration.server.dataDir)
      storeLock = try FileLock(file: configuration.storeFile)
    } catch {
      throw StartError(text: "\(error)", exitCode: ExitCode.unavailable)
    }
    let store = try Self.openStore(configuration)
    self.store = store
    if store.recovered.mails > 0 {
      log.info("store.recovered", ["mails": .int(Int64(store.recovered.mails))])
    }
    if store.recovered.isOlderThanLog {
      log.warning(
        "store.older_than_log",
        ["what": .text("the store was put back: mails that its newer state had taken are not taken again")])
    }
    let disk = DiskWatch(
      folder: Self.folder(of: configuration.storeFile), watermark: configuration.store.diskWatermark, log: log)
    self.disk = disk
    let failure = StoreFailure(loop: loops.loops[0])
    storeFailure = failure
    // Whoever meets the failure first, the daemon ends because of it.
    store.observe(.queue) { if let error = store.failed { failure.report(error) } }
    do {
      intake = try IntakeServer(
        configuration: configuration, store: store, loops: loops, log: log,
        hooks: IntakeHooks(isDiskLow: { disk.isLow }, storeFailed: { failure.report($0) }))
      access = try Access(
        store: store, loop: loops.next(), configuration: configuration, key: key, log: log)
      let logins = access.logins
      relay = Relay(
        store: store, loop: loops.next(), settings: configuration.relay, clientName: configuration.server.hostname,
        log: log, logins: logins, outgoing: configuration.outgoing,
        unseal: { try key.open($0) }, isDiskLow: { disk.isLow })
      poller = PollerRoom(
        store: store, loops: loops, settings: configuration.poller, version: version, log: log, logins: logins)
      sequencer = Sequencer(
        store: store, loop: loops.next(),
        idempotencyWindowMilliseconds: configuration.intake.idempotencyWindowMilliseconds,
        campaigns: CampaignHooks(
          folder: configuration.campaignsFolder, hostname: configuration.server.hostname, unseal: { try key.open($0) }),
        log: log)
      let spoolFolder = try Self.openSpool(configuration)
      spool = SpoolIntake(intake: intake, store: store, folder: spoolFolder, loop: loops.next(), log: log)
      controlSocket = try Self.openControlSocket(configuration.server.controlSocket)
      let (intake, relay, poller) = (intake, relay, poller)
      var hooks = APIHooks(
        submit: { mail in
          SubmittedReply(await intake.handIn(HandedMail(mail)))
        },
        seal: { key.seal(Array($0.utf8)) },
        unseal: { String(decoding: try key.open($0), as: UTF8.self) }, logins: logins, access: access.access)
      hooks.eraseSpooled = { isTheirs in
        let result: Result<Int, HostError> = await offLoop {
          Result { () throws(HostError) in try spoolFolder.erase(where: isTheirs) }
        }
        return try result.get()
      }
      hooks.reseal = {
        try await store.reseal(
          with: Sealer(open: { try key.open($0, context: $1) }, seal: { key.seal($0, context: $1) }), now: Clock.now())
      }
      hooks.relay = {
        RelayStanding(
          isDiskLow: disk.isLow, connectionsInUse: relay.connectionsInUse, connectionsMax: relay.maxConnections)
      }
      hooks.sentCopyWait = { poller.sentCopyWait }
      // Root may always speak to the daemon, else only the user it runs as.
      web = HTTPServer(
        api: API(store: store, version: version, hooks: hooks, now: { Clock.now() }), loop: loops.next(),
        allowedUsers: [getuid()], log: log)
    } catch let refusal as AccessRefusal {
      store.close()
      throw StartError(text: "\(refusal)", exitCode: ExitCode.configuration)
    } catch let error as HostError {
      store.close()
      throw StartError(text: "\(error)", exitCode: error.kind == .data ? ExitCode.configuration : ExitCode.unavailable)
    }
  }

  /// Gives the workspace its settings, then lets the rooms work; mail is taken in last, when all else stands.
  func start(_ configuration: Configuration) async throws {
    try await openSuppressionKey()
    try await openTokenKeys()
    try await applyWorkspace(configuration)
    access.start()
    relay.start()
    sequencer.start()
    poller.start()
    guard web.start(listening: controlSocket.descriptor) else {
      throw StartError(text: "the control socket cannot be served", exitCode: ExitCode.unavailable)
    }
    intake.start()
    spool.start()
    log.info("daemon.started", ["store": .text(store.path), "pid": .int(Int64(getpid()))])
  }

  /// Takes what can be taken from the file while running; a wrong file changes nothing.
  func reload(from path: String) async {
    let configuration: Configuration
    switch ConfigurationFile.read(path) {
    case .failure(let error):
      for line in error.lines { log.error("configuration.rejected", ["error": .text(line)]) }
      return
    case .success(let read): configuration = read
    }
    do {
      for note in try intake.reload(configuration) { log.warning("configuration.needs_restart", ["what": .text(note)]) }
      try access.reload(configuration)
      try reloadKey(configuration)
      try await openTokenKeys()
      try await applyWorkspace(configuration)
    } catch {
      log.error("configuration.rejected", ["error": .text("\(error)")])
      return
    }
    relay.reload(configuration.relay, configuration.outgoing)
    poller.reload(configuration.poller)
    disk.setWatermark(configuration.store.diskWatermark)
    log.info("configuration.reloaded", ["file": .text(path)])
  }

  /// Takes a new key file and those from before; never one under which the secrets in the store are closed.
  private func reloadKey(_ configuration: Configuration) throws {
    let previous = try configuration.previousKeyFiles.map { try SealingKey.load(path: $0) }
    let isKept = previous.contains { $0.opens(sealedBy: key) }
    // Only with the old one at hand a new one is made.
    let load = isKept ? SealingKey.loadOrCreate : SealingKey.load
    let fresh = try load(configuration.keyFile).opening(alsoWith: previous)
    guard fresh.opens(sealedBy: key) else {
      throw HostError(
        "\(configuration.keyFile) is not the key in use, and that is not among previous_key_files either", kind: .data)
    }
    key.become(fresh)
  }

  /// Takes no more mail, lets what is under way finish, closes the store.
  func stop() async {
    await spool.stop()
    async let taken: Void = intake.stop()
    async let sent: Void = relay.stop(drainMilliseconds: drainMilliseconds)
    _ = await (taken, sent)
    await poller.stop()
    await sequencer.stop()
    await web.stop()
    await access.stop()
    controlSocket.remove()
    store.close()
  }

  /// The store failed: what is open is cut, because no more of it can be made durable.
  func abandon() async {
    await spool.stop()
    await relay.stop(drainMilliseconds: 0)
    await poller.stop()
    await sequencer.stop()
    await web.stop()
    await access.stop()
    controlSocket.remove()
    store.close()
  }

  private func openSuppressionKey() async throws {
    do {
      try await store.openSuppressionKey(seal: { [key] in key.seal($0) }, open: { [key] in try key.open($0) })
    } catch let error as HostError {
      throw StartError(
        text: "the key of erased people's suppressions does not open, so they would get mail again: \(error)",
        exitCode: ExitCode.configuration)
    }
  }

  private func openTokenKeys() async throws {
    let closed = try await store.openTokenKeys(
      first: key.derived(for: UnsubscribeToken.keyPurpose), seal: { [key] in key.seal($0) },
      open: { [key] in try key.open($0) })
    for version in closed {
      log.warning(
        "tokens.not_known",
        [
          "version": .int(Int64(version)),
          "what": .text("its key does not open, so links of then are refused; name its key file in previous_key_files"),
        ])
    }
  }

  private func applyWorkspace(_ configuration: Configuration) async throws {
    let workspace = configuration.workspace
    var silent = SequenceEntry(
      key: "default", onReply: configuration.sequences.onReply, onBounce: configuration.sequences.onBounce,
      onAway: configuration.sequences.onAway,
      window: configuration.sequences.window)
    silent.compliance = configuration.sequences.compliance
    silent.duplicates = configuration.sequences.duplicates
    let defaults = silent
    store.setUnsubscribeOffer(UnsubscribeOffer(configuration.outgoing, tokens: store.tokenKeys))
    try await store.write { transaction in
      // Workspace 1 is `default`, the one that a configuration file speaks of.
      try transaction.setWorkspace(
        1, zone: workspace.zone, dailyCredits: workspace.dailyCredits, sequenceDefaults: defaults,
        contactLimits: workspace.contactLimits)
    }
  }

  // MARK: - Making

  private static func openKey(_ configuration: Configuration) throws -> SealingKey {
    let folder = configuration.server.dataDir
    do {
      // Others may pass through to the spool folder, and not look: the files have modes of their own.
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
    } catch {
      throw StartError(
        text: "the data folder \(folder) cannot be made: \(error.localizedDescription)", exitCode: ExitCode.permission)
    }
    do {
      let key = try SealingKey.loadOrCreate(path: configuration.keyFile)
      return key.opening(alsoWith: try configuration.previousKeyFiles.map { try SealingKey.load(path: $0) })
    } catch {
      throw StartError(text: "\(error)", exitCode: ExitCode.configuration)
    }
  }

  private static func openSpool(_ configuration: Configuration) throws(HostError) -> SpoolFolder {
    let folder = SpoolFolder(path: configuration.spoolFolder)
    try folder.prepare(access: configuration.server.spoolAccess.mode)
    return folder
  }

  private static func openControlSocket(_ path: String) throws -> ControlSocket {
    let folder = Self.folder(of: path)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw StartError(
        text: "the control socket's folder \(folder) cannot be made: \(error.localizedDescription)",
        exitCode: ExitCode.permission)
    }
    return try ControlSocket(path: path)
  }

  private static func folder(of path: String) -> String {
    URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
  }

  private static func openStore(_ configuration: Configuration) throws -> Store {
    do {
      return try Store(
        path: configuration.storeFile, readers: configuration.store.readers, logSize: configuration.store.mailLogSize,
        now: Clock.now())
    } catch {
      throw StartError(text: "\(error)", exitCode: ExitCode.of(error))
    }
  }
}

extension HandedMail {
  /// A mail of the API in the words of the intake.
  fileprivate init(_ mail: SubmittedMail) {
    self.init(
      sender: mail.sender, recipients: mail.recipients, mail: mail.mail, name: mail.name,
      returnContent: mail.returnContent, envelopeID: mail.envelopeID, allowsUTF8: mail.allowsUTF8,
      requests: mail.requests.mapValues { Request(notify: $0.notify, originalRecipient: $0.originalRecipient) })
  }
}

extension SubmittedReply {
  /// The intake's answer in the words of the API.
  fileprivate init(_ reply: HandInReply) {
    switch reply {
    case .taken(.queued(let ids)): self = .queued(ids)
    case .taken(.repeated(let first)): self = .repeated(first)
    case .taken(.cancelled(let count)): self = .cancelled(count)
    case .taken(.refused(let reason)), .refused(let reason): self = .refused(reason)
    case .later(let reason): self = .later(reason)
    }
  }
}
