// Domains of providers' own mailboxes, as data: what an address says of who keeps its mailbox without asking DNS.

/// By the key of a row of the provider table, beside the domains that have their sources there.
///
/// Sources: what Thunderbird's database of providers (https://github.com/thunderbird/autoconfig, folder `ispdb`) gives for each,
/// of files `hotmail.com`, `yahoo.com.xml`, `gmx.net.xml` and `gmx.com.xml`. Not in it, because others run them: yahoo.co.jp
/// (LY Corporation), cox.net (has its own servers for sending).
enum ProviderDomains {
  static let outlook =
    ["hotmail.com", "live.com", "msn.com", "outlook.com", "windowslive.com", "livemail.tw"]
    + national(
      "outlook",
      "at be cl cz de dk es fr hu ie in it jp kr lv my ph pt sa sg sk co.id co.il co.th com.ar com.au com.br com.gr com.tr com.vn"
    )
    + national(
      "hotmail",
      """
      be ca cl cz de dk es fi fr gr hu it lt lv my nl no ph rs se sg sk co.id co.il co.in co.jp co.kr co.th co.uk co.za com.ar \
      com.au com.br com.hk com.tr com.tw com.vn
      """)
    + national(
      "live",
      """
      at be ca cl cn de dk fi fr hk ie in it jp nl no ru se co.jp co.kr co.uk co.za com.ar com.au com.mx com.my com.ph com.pt \
      com.sg
      """)

  static let yahoo =
    ["yahoo.com", "ymail.com", "myyahoo.com", "rocketmail.com"]
    + national("yahoo", "de it fr es se co.in co.uk co.nz com.au com.ar com.br com.mx")

  static let gmx =
    national("gmx", "net de at ch eu biz org info") + ["mein.gmx", "mail.gmx", "email.gmx"]

  static let gmxCom = national(
    "gmx", "com tm us co.uk es fr ca cn co.in com.br com.my hk ie ph pt ru se sg tw com.tr it li")

  private static func national(_ name: String, _ ends: String) -> [String] {
    ends.split(separator: " ").map { "\(name).\($0)" }
  }
}
