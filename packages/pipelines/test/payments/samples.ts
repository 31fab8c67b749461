import type {
  CoreProcessing,
  FraudAnalysis,
  PaymentRequest,
  RevenueValidation,
} from '../../src/payments/generated/avro-types.ts';

// The events of the seed, for tests. Amounts are cents.

/** When the payment of the seed was asked for. */
export const requestedAt: number = Date.parse('2024-09-02T14:30:00Z');

/** The request of the seed. */
export const paymentRequest = (change: Partial<PaymentRequest> = {}): PaymentRequest => ({
  transactionId: 'TXN-20240902-001',
  timestamp: requestedAt,
  fromMsisdn: '254700123456',
  toMsisdn: '254711987654',
  amount: 500_000n,
  currency: 'KES',
  transactionType: 'P2P_TRANSFER',
  initiationChannel: 'USSD',
  deviceId: 'IMEI-123456789',
  location: 'NAIROBI',
  ...change,
});

/** The fraud answer of the seed. */
export const fraudAnalysis = (change: Partial<FraudAnalysis> = {}): FraudAnalysis => ({
  transactionId: 'TXN-20240902-001',
  fraudScore: 0.23,
  decision: 'APPROVED',
  riskFactors: ['NEW_DEVICE', 'UNUSUAL_TIME'],
  processingTime: 67,
  fraudSystemId: 'FMS-001',
  ...change,
});

/** The revenue answer of the seed. */
export const revenueValidation = (change: Partial<RevenueValidation> = {}): RevenueValidation => ({
  transactionId: 'TXN-20240902-001',
  accountBalance: 2_500_000n,
  dailyLimit: 7_000_000n,
  dailyUsed: 1_200_000n,
  decision: 'APPROVED',
  reasons: [],
  calculatedFee: 1_500n,
  remainingBalance: 1_998_500n,
  ...change,
});

/** The RESERVED of the seed, or another answer of core. */
export const coreProcessing = (change: Partial<CoreProcessing> = {}): CoreProcessing => ({
  transactionId: 'TXN-20240902-001',
  coreStatus: 'RESERVED',
  attempt: 0,
  reason: null,
  reservationId: 'RES-789123',
  coreTransactionId: 'CORE-789123',
  processingTime: 156,
  debitAccount: '254700123456',
  creditAccount: '254711987654',
  debitedAmount: null,
  creditedAmount: null,
  transactionFee: null,
  completionTime: null,
  debitPreviousBalance: null,
  debitNewBalance: null,
  creditPreviousBalance: null,
  creditNewBalance: null,
  ...change,
});

/** The COMPLETED of the seed, with the balances of its audit events. */
export const coreCompleted = (change: Partial<CoreProcessing> = {}): CoreProcessing =>
  coreProcessing({
    coreStatus: 'COMPLETED',
    attempt: 1,
    debitedAmount: 501_500n,
    creditedAmount: 500_000n,
    transactionFee: 1_500n,
    completionTime: Date.parse('2024-09-02T14:30:03Z'),
    debitPreviousBalance: 2_500_000n,
    debitNewBalance: 1_998_500n,
    creditPreviousBalance: 850_000n,
    creditNewBalance: 1_350_000n,
    ...change,
  });
