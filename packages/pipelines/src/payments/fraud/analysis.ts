import { shillings } from '../../shared/money.ts';
import type { FraudAnalysis, FraudAssessment, FraudCase } from '../generated/avro-types.ts';

/** The name of the builtin rules in fraudSystemId. */
const builtinSystemId = 'FMS-BUILTIN';
/** The name of the conservative rules that answer in the place of the external system. */
const backupSystemId = 'FMS-BACKUP';
/** The name of the external system. */
export const externalSystemId = 'FMS-001';

const declineFrom = 70;

// While nobody else looks at a payment, less is believed.
const backupDeclineFrom = 40;
const unverifiedAmountMax = shillings(20_000);

const analysisOf = (
  transactionId: string,
  { score, riskFactors }: FraudAssessment,
  by: { readonly fraudSystemId: string; readonly declineFrom: number; readonly processingTime: number },
): FraudAnalysis => ({
  transactionId,
  fraudScore: score / 100,
  decision: score >= by.declineFrom ? 'DECLINED' : 'APPROVED',
  riskFactors,
  processingTime: by.processingTime,
  fraudSystemId: by.fraudSystemId,
});

/** The answer of the builtin rules. It takes no event time: it has the time of its request. */
export const builtinAnalysis = ({ request, assessment }: FraudCase): FraudAnalysis =>
  analysisOf(request.transactionId, assessment, { fraudSystemId: builtinSystemId, declineFrom, processingTime: 0 });

/** The answer of the conservative rules: they decline sooner, and count a larger amount as a risk of its own. */
export const backupAnalysis = ({ request, assessment }: FraudCase, processingTime: number): FraudAnalysis => {
  const { score, riskFactors } = assessment;
  const isLarge = request.amount > unverifiedAmountMax;
  const conservative = isLarge
    ? { score: Math.max(score, backupDeclineFrom), riskFactors: [...riskFactors, 'UNVERIFIED_AMOUNT'] }
    : assessment;
  return analysisOf(request.transactionId, conservative, {
    fraudSystemId: backupSystemId,
    declineFrom: backupDeclineFrom,
    processingTime,
  });
};
