/// Steps of the inbound side.
enum SchemaInbound {
  /// A report that comes back is looked up by the envelope id that the submitter gave.
  static let envelopeIDs = """
    CREATE INDEX delivery_request_envelope ON delivery_request (envelope_id) WHERE envelope_id IS NOT NULL;
    """
}
